//! Two plots: ratios by workload, and time by size.

use std::fmt::Write as _;

use crate::results::{PEERS, Results};
use crate::workloads::WORKLOADS;

const WIDTH: f64 = 760.0;

/// The engines in the plots, and their colours.
const COLOURS: [(&str, &str); 4] =
    [("archlog", "#0b6e4f"), ("ascent", "#c1666b"), ("crepe", "#8d99ae"), ("datafrog", "#d4a24e")];

/// A bar for each engine and workload: processor time as a ratio to the best of the peers.
pub fn ratios(results: &Results) -> String {
    let Some(size) = ["L", "M", "S", "XS"].into_iter().find(|it| results.at(it).next().is_some())
    else {
        return String::new();
    };
    // M is where the bars are read; other sizes stand in for it.
    let size = if results.at("M").next().is_some() { "M" } else { size };
    let rows: Vec<_> = results.at(size).collect();
    let (left, bar, most) = (90.0, 9.0, 3.0);
    let row = bar * COLOURS.len() as f64 + 10.0;
    let height = 70.0 + row * rows.len() as f64;
    let scale = (WIDTH - left - 50.0) / most;
    let mut svg = begin(
        height,
        &format!("Processor time at size {size}, ratio to the best of ascent, crepe and datafrog"),
    );
    legend(&mut svg);
    for (mark, name) in [(0.5, "0.5"), (1.0, "1"), (2.0, "2"), (3.0, "3")] {
        let x = left + mark * scale;
        let _ = writeln!(
            svg,
            "<line x1='{x:.1}' y1='48' x2='{x:.1}' y2='{:.1}' stroke='#bbb'/>",
            height - 18.0
        );
        let _ = writeln!(
            svg,
            "<text x='{x:.1}' y='{:.1}' text-anchor='middle'>{name}</text>",
            height - 4.0
        );
    }
    for (at, measured) in rows.iter().enumerate() {
        let top = 52.0 + row * at as f64;
        let middle = top + row / 2.0;
        let _ = writeln!(
            svg,
            "<text x='{:.1}' y='{middle:.1}' text-anchor='end'>{}</text>",
            left - 6.0,
            measured.workload
        );
        let Some((_, best)) = measured.best() else { continue };
        for (line, (engine, colour)) in COLOURS.iter().enumerate() {
            let Some(time) = measured.processor(engine) else { continue };
            let ratio = time.as_secs_f64() / best.as_secs_f64();
            let (y, width) = (top + bar * line as f64, ratio.min(most) * scale);
            let _ = writeln!(
                svg,
                "<rect x='{left}' y='{y:.1}' width='{width:.1}' height='{:.1}' fill='{colour}'/>",
                bar - 1.0
            );
            if ratio > most {
                let _ = writeln!(
                    svg,
                    "<text x='{:.1}' y='{:.1}'>{ratio:.1}</text>",
                    left + width + 4.0,
                    y + bar - 1.0
                );
            }
        }
    }
    svg.push_str("</svg>\n");
    svg
}

/// A small plot for each workload: tuples and time, both by tens.
pub fn growth(results: &Results) -> String {
    let (columns, cell, tall) = (4, WIDTH / 4.0, 150.0);
    let lines = WORKLOADS.len().div_ceil(columns);
    let height = 60.0 + tall * lines as f64;
    let mut svg = begin(
        height,
        "Processor time by number of tuples, both by tens; from 1 ms to 100 s, from 10,000 to 100 million",
    );
    legend(&mut svg);
    for (at, workload) in WORKLOADS.iter().enumerate() {
        let (x, y) = (cell * (at % columns) as f64 + 14.0, 56.0 + tall * (at / columns) as f64);
        let (wide, high) = (cell - 28.0, tall - 34.0);
        let _ = writeln!(
            svg,
            "<rect x='{x:.1}' y='{y:.1}' width='{wide:.1}' height='{high:.1}' fill='none' stroke='#bbb'/>"
        );
        let _ =
            writeln!(svg, "<text x='{x:.1}' y='{:.1}'>{}</text>", y + high + 13.0, workload.name);
        let across = |outputs: usize| x + wide * ((outputs as f64).log10() - 4.0) / 4.0;
        let down = |seconds: f64| y + high - high * (seconds.log10() + 3.0) / 5.0;
        for engine in PEERS.iter().chain(&["archlog"]) {
            let Some((_, colour)) = COLOURS.iter().find(|(name, _)| name == engine) else {
                continue;
            };
            let mut points = String::new();
            for size in ["S", "M", "L"] {
                let Some(measured) = results.find(workload.name, size) else { continue };
                let Some(time) = measured.processor(engine) else { continue };
                let (x, y) = (across(measured.outputs), down(time.as_secs_f64()));
                let _ = write!(points, "{x:.1},{y:.1} ");
                let _ = writeln!(svg, "<circle cx='{x:.1}' cy='{y:.1}' r='2' fill='{colour}'/>");
            }
            let _ = writeln!(
                svg,
                "<polyline points='{}' fill='none' stroke='{colour}' stroke-width='1.5'/>",
                points.trim()
            );
        }
    }
    svg.push_str("</svg>\n");
    svg
}

fn begin(height: f64, title: &str) -> String {
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {height:.0}' width='{WIDTH}' height='{height:.0}' font-family='sans-serif' font-size='11' fill='#333'>
<title>{title}</title>
<rect width='100%' height='100%' fill='#fff'/>
<text x='8' y='16' font-size='12'>{title}</text>
"
    )
}

fn legend(svg: &mut String) {
    for (at, (engine, colour)) in COLOURS.iter().enumerate() {
        let x = 8.0 + 90.0 * at as f64;
        let _ = writeln!(
            svg,
            "<rect x='{x}' y='26' width='10' height='10' fill='{colour}'/><text x='{}' y='35'>{engine}</text>",
            x + 14.0
        );
    }
}
