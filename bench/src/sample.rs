//! Times of the same work, and what they say.

use std::fmt;
use std::time::{Duration, Instant};

use anyhow::Result;
use rustix::time::{ClockId, clock_gettime};

use crate::keys::Maker;

/// Times of one library in milliseconds, in ascending order, and the CPU time of all its threads together.
pub(crate) struct Sample {
    times: Vec<f64>,
    cpu: f64,
}

/// One key of each library in turn, so that whatever else the machine does slows all of them.
pub(crate) fn measure(rounds: usize, makers: &[Maker]) -> Result<Vec<Sample>> {
    let mut samples: Vec<_> =
        makers.iter().map(|_| Sample { times: Vec::new(), cpu: 0.0 }).collect();
    for _ in 0..rounds {
        for (maker, sample) in makers.iter().zip(&mut samples) {
            let (start, cpu) = (Instant::now(), cpu_time());
            (maker.make)()?;
            sample.times.push(milliseconds(start.elapsed()));
            sample.cpu += milliseconds(cpu_time().saturating_sub(cpu));
        }
    }
    samples.iter_mut().for_each(|it| it.times.sort_unstable_by(f64::total_cmp));
    Ok(samples)
}

fn cpu_time() -> Duration {
    clock_gettime(ClockId::ProcessCPUTime).try_into().unwrap_or_default()
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

impl Sample {
    fn count(&self) -> f64 {
        self.times.len() as f64
    }

    fn mean(&self) -> f64 {
        self.times.iter().sum::<f64>() / self.count()
    }

    /// The standard error of the mean.
    fn error(&self) -> f64 {
        let mean = self.mean();
        let squares = self.times.iter().map(|it| (it - mean).powi(2)).sum::<f64>();
        (squares / (self.count() - 1.0).max(1.0) / self.count()).sqrt()
    }

    fn quantile(&self, share: f64) -> f64 {
        let last = self.times.len().saturating_sub(1);
        self.times.get((share * last as f64).round() as usize).copied().unwrap_or(f64::NAN)
    }

    /// Our mean over theirs, and the standard error of that quotient.
    pub(crate) fn ratio(&self, theirs: &Self) -> (f64, f64) {
        let ratio = self.mean() / theirs.mean();
        (ratio, ratio * (self.error() / self.mean()).hypot(theirs.error() / theirs.mean()))
    }
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cpu = self.cpu / self.count();
        for value in [self.mean(), self.error(), self.quantile(0.5), self.quantile(0.9), cpu] {
            write!(f, "| {value:.2} ")?;
        }
        Ok(())
    }
}
