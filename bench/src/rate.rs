//! Work that is too short to time once: batches of it, one library's after the other's.

use std::time::Instant;

use anyhow::Result;

/// One way to do the work.
pub(crate) struct Work<'a> {
    name: &'static str,
    batch: u32,
    act: Box<dyn FnMut() -> Result<()> + 'a>,
}

impl<'a> Work<'a> {
    /// `batch` repetitions are timed together.
    pub(crate) fn new(
        name: &'static str,
        batch: u32,
        act: impl FnMut() -> Result<()> + 'a,
    ) -> Self {
        Self { name, batch, act: Box::new(act) }
    }
}

/// Seconds that one repetition took, for each way and round.
pub(crate) struct Rates {
    names: Vec<&'static str>,
    times: Vec<Vec<f64>>,
    scale: f64,
}

impl Rates {
    /// Takes turns, so that whatever else the machine does slows all of them; `scale` turns seconds into the unit.
    pub(crate) fn measure(rounds: usize, scale: f64, works: &mut [Work<'_>]) -> Result<Self> {
        let mut times = vec![Vec::with_capacity(rounds); works.len()];
        for round in 0..=rounds {
            for (work, times) in works.iter_mut().zip(&mut times) {
                let start = Instant::now();
                for _ in 0..work.batch {
                    (work.act)()?;
                }
                // The first round warms caches and is not counted.
                if round > 0 {
                    times.push(start.elapsed().as_secs_f64() / f64::from(work.batch));
                }
            }
        }
        times.iter_mut().for_each(|it| it.sort_unstable_by(f64::total_cmp));
        Ok(Self { names: works.iter().map(|it| it.name).collect(), times, scale })
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.names.iter().copied()
    }

    pub(crate) fn rounds(&self) -> usize {
        self.times.first().map_or(0, Vec::len)
    }

    /// The median of one way in the chosen unit.
    pub(crate) fn median(&self, at: usize) -> f64 {
        self.quantile(at, 0.5)
    }

    /// The time that this share of the rounds did not exceed.
    pub(crate) fn quantile(&self, at: usize, share: f64) -> f64 {
        let times = self.times.get(at).map_or(&[][..], Vec::as_slice);
        let last = times.len().saturating_sub(1) as f64;
        times.get((share * last).round() as usize).map_or(f64::NAN, |it| it * self.scale)
    }
}
