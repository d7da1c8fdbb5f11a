//! Questions about workloads: the relation derived whole, and what is asked for alone.

use std::fmt::Write as _;
use std::time::Duration;

use crate::child;
use crate::workloads::{Size, WORKLOADS, Workload};

/// A question about a workload.
struct Question {
    workload: &'static str,
    /// Rules in the place of the workload's own, if it asks others.
    rules: Option<&'static str>,
    goal: &'static str,
}

/// The closure with the recursion on the right.
const RIGHT: &str = "
.decl edge(x: number, y: number)
.input edge
.decl tc(x: number, y: number)
.printsize tc

tc(x, y) :- edge(x, y).
tc(x, z) :- edge(x, y), tc(y, z).
";

const QUESTIONS: [Question; 12] = [
    Question { workload: "tc_chain", rules: None, goal: "tc(20, x)" },
    Question { workload: "tc_chain", rules: None, goal: "tc(x, 20)" },
    Question { workload: "tc_chain", rules: Some(RIGHT), goal: "tc(20, x)" },
    Question { workload: "tc_chain", rules: None, goal: "edge(20, y), tc(y, x)" },
    Question { workload: "tc_chain", rules: Some(RIGHT), goal: "edge(20, y), tc(y, x)" },
    Question { workload: "tc_grid", rules: None, goal: "tc(20, x)" },
    Question { workload: "tc_grid", rules: Some(RIGHT), goal: "tc(20, x)" },
    Question { workload: "sg", rules: None, goal: "sg(40, x)" },
    Question { workload: "pointsto", rules: None, goal: "points_to(20, x)" },
    // At M these are the ones with the most answers.
    Question { workload: "pointsto", rules: None, goal: "points_to(24537, x)" },
    Question { workload: "cspa", rules: None, goal: "value_alias(20, x)" },
    Question { workload: "cspa", rules: None, goal: "value_alias(20596, x)" },
];

/// Asks all questions at a size, both ways in turns; the table of their medians.
pub fn measure(size: Size, repeats: Option<usize>) -> String {
    let mut text = format!("\nQuestions, size {}, processor time in ms:\n\n", size.name);
    text.push_str("| Workload | Question | Answers | Whole | On demand | Ratio |\n");
    text.push_str("| --- | --- | ---: | ---: | ---: | ---: |\n");
    for question in &QUESTIONS {
        let workload = WORKLOADS.iter().find(|it| it.name == question.workload).unwrap();
        let folder = tempfile::tempdir().unwrap();
        workload.prepare(f64::from(size.outputs), folder.path()).unwrap();
        if let Some(rules) = question.rules {
            std::fs::write(folder.path().join("program.dl"), rules).unwrap();
        }
        std::fs::write(folder.path().join("goal"), question.goal).unwrap();
        let (mut whole, mut part, mut answers) = (Vec::new(), Vec::new(), None);
        for _ in 0..repeats.unwrap_or(size.repeats) {
            for (engine, times) in [("ask-whole", &mut whole), ("ask", &mut part)] {
                let run = child::run(engine, workload.name, folder.path()).unwrap();
                assert_eq!(*answers.get_or_insert(run.outputs), run.outputs, "{}", question.goal);
                times.push(run.processor);
            }
        }
        let (whole, part) = (median(&mut whole), median(&mut part));
        let name = named(workload, question);
        let answers = answers.unwrap_or_default();
        let _ = writeln!(
            text,
            "| {name} | `{}` | {answers} | {:.1} | {:.1} | {:.2} |",
            question.goal,
            whole.as_secs_f64() * 1e3,
            part.as_secs_f64() * 1e3,
            part.as_secs_f64() / whole.as_secs_f64(),
        );
    }
    text
}

fn named(workload: &Workload, question: &Question) -> String {
    let turned = if question.rules.is_some() { ", the recursion on the right" } else { "" };
    format!("{}{turned}", workload.name)
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}
