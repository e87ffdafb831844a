//! Comparisons as tables, in the Markdown of docs/benchmarks.md.

use crate::rate::Rates;

/// Prints one comparison; the first entry is ours, `goals` are the most of each peer's time that it may take.
pub(crate) fn report(title: &str, unit: &str, rates: &Rates, goals: &[(&str, f64)]) {
    println!("\n### {title}, {unit}, {} rounds\n", rates.rounds());
    println!("| | median | p10 | p90 | ours / this | goal |");
    println!("| --- | ---: | ---: | ---: | ---: | --- |");
    let ours = rates.median(0);
    for (at, name) in rates.names().enumerate() {
        let [median, low, high] = [0.5, 0.1, 0.9].map(|share| rates.quantile(at, share));
        let ratio = ours / median;
        let goal = goals.iter().find(|(it, _)| *it == name).map(|(_, goal)| {
            format!("{goal:.3}: {}", if ratio <= *goal { "met" } else { "missed" })
        });
        let goal = goal.unwrap_or_default();
        println!("| {name} | {median:.2} | {low:.2} | {high:.2} | {ratio:.3} | {goal} |");
    }
}
