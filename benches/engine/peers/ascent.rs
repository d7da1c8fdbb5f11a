//! ascent: Datalog as a macro, hash indices for every join.

use std::path::Path;

use super::{Facts, Symbols};
use crate::workloads::fields;

ascent::ascent! {
    struct Closure;
    relation edge(u32, u32);
    relation tc(u32, u32);
    tc(x, y) <-- edge(x, y);
    tc(x, z) <-- tc(x, y), edge(y, z);
}

ascent::ascent! {
    struct Generation;
    relation edge(u32, u32);
    relation sg(u32, u32);
    sg(x, y) <-- edge(p, x), edge(p, y), if x != y;
    sg(x, y) <-- edge(p, x), sg(p, q), edge(q, y);
}

ascent::ascent! {
    struct PointsTo;
    relation address_of(u32, u32);
    relation assign(u32, u32);
    relation load(u32, u32);
    relation store(u32, u32);
    relation points_to(u32, u32);
    points_to(y, x) <-- address_of(y, x);
    points_to(y, x) <-- assign(y, z), points_to(z, x);
    points_to(y, w) <-- load(y, x), points_to(x, z), points_to(z, w);
    points_to(z, w) <-- store(y, x), points_to(y, z), points_to(x, w);
}

ascent::ascent! {
    struct Flow;
    relation assign(u32, u32);
    relation dereference(u32, u32);
    relation value_flow(u32, u32);
    relation memory_alias(u32, u32);
    relation value_alias(u32, u32);
    value_flow(y, x) <-- assign(y, x);
    value_flow(x, y) <-- assign(x, z), memory_alias(z, y);
    value_flow(x, y) <-- value_flow(x, z), value_flow(z, y);
    value_flow(x, x) <-- assign(x, _);
    value_flow(x, x) <-- assign(_, x);
    memory_alias(x, w) <-- dereference(y, x), value_alias(y, z), dereference(z, w);
    memory_alias(x, x) <-- assign(_, x);
    memory_alias(x, x) <-- assign(x, _);
    value_alias(x, y) <-- value_flow(z, x), value_flow(z, y);
    value_alias(x, y) <-- value_flow(z, x), memory_alias(z, w), value_flow(w, y);
}

ascent::ascent! {
    struct Negation;
    relation node(u32);
    relation edge(u32, u32);
    relation tc(u32, u32);
    relation apart(u32, u32);
    tc(x, y) <-- edge(x, y);
    tc(x, z) <-- tc(x, y), edge(y, z);
    apart(x, y) <-- node(x), node(y), !tc(x, y);
}

ascent::ascent! {
    struct Strings;
    relation lives(u32, u32);
    relation works(u32, u32);
    relation knows(u32, u32);
    relation neighbour(u32, u32);
    relation close(u32, u32);
    relation introduces(u32, u32, u32);
    neighbour(a, b) <-- lives(a, c), lives(b, c), if a != b;
    close(a, b) <-- works(a, f), works(b, f), knows(a, b);
    close(a, b) <-- neighbour(a, b), works(a, f), works(b, f);
    introduces(a, b, c) <-- knows(a, b), neighbour(b, c), if a != c;
}

ascent::ascent! {
    struct Groups;
    relation sale(u32, u32, u32, u32);
    relation sold(u32, u32);
    relation often(u32, u32, usize);
    relation cheapest(u32, u32, u32);
    relation item(u32);
    relation least(u32, u32);
    sold(s, i) <-- sale(_, s, i, _);
    item(i) <-- sold(_, i);
    often(s, i, n) <-- sold(s, i), agg n = ascent::aggregators::count() in sale(_, s, i, _);
    cheapest(s, i, p) <-- sold(s, i), agg p = ascent::aggregators::min(q) in sale(_, s, i, q);
    least(i, p) <-- item(i), agg p = ascent::aggregators::min(q) in sale(_, _, i, q);
}

/// Runs a workload over the facts in a folder, if it can be said.
pub fn run(workload: &str, folder: &Path) -> Option<usize> {
    let facts = Facts(folder);
    Some(match workload {
        "tc_rand" | "tc_chain" | "tc_grid" | "tc_out" => {
            let mut program = Closure { edge: facts.pairs("edge"), ..Closure::default() };
            program.run();
            let found = program.tc.iter();
            let count = match workload {
                "tc_out" => facts.write_numbers("tc", found.map(|&(x, y)| [x, y])),
                _ => found.len(),
            };
            std::mem::forget(program);
            count
        }
        "sg" => {
            let mut program = Generation { edge: facts.pairs("edge"), ..Generation::default() };
            program.run();
            let count = program.sg.len();
            std::mem::forget(program);
            count
        }
        "pointsto" => {
            let mut program = PointsTo {
                address_of: facts.pairs("address_of"),
                assign: facts.pairs("assign"),
                load: facts.pairs("load"),
                store: facts.pairs("store"),
                ..PointsTo::default()
            };
            program.run();
            let count = program.points_to.len();
            std::mem::forget(program);
            count
        }
        "cspa" => {
            let mut program = Flow {
                assign: facts.pairs("assign"),
                dereference: facts.pairs("dereference"),
                ..Flow::default()
            };
            program.run();
            let count =
                program.value_flow.len() + program.memory_alias.len() + program.value_alias.len();
            std::mem::forget(program);
            count
        }
        "neg" => {
            let node = facts.ones("node").into_iter().map(|x| (x,)).collect();
            let mut program = Negation { edge: facts.pairs("edge"), node, ..Negation::default() };
            program.run();
            let count = program.tc.len() + program.apart.len();
            std::mem::forget(program);
            count
        }
        "strings" => {
            let mut symbols = Symbols::default();
            let mut program = Strings {
                lives: facts.symbols("lives", &mut symbols),
                works: facts.symbols("works", &mut symbols),
                knows: facts.symbols("knows", &mut symbols),
                ..Strings::default()
            };
            program.run();
            let pairs = |rows: &[(u32, u32)]| rows.iter().map(|&(a, b)| [a, b]).collect::<Vec<_>>();
            let mut count = facts.write_symbols("neighbour", &symbols, pairs(&program.neighbour));
            count += facts.write_symbols("close", &symbols, pairs(&program.close));
            let introduces = program.introduces.iter().map(|&(a, b, c)| [a, b, c]);
            count += facts.write_symbols("introduces", &symbols, introduces);
            std::mem::forget(program);
            count
        }
        "agg" => {
            let mut program = Groups { sale: facts.quadruples("sale"), ..Groups::default() };
            program.run();
            let count = program.sold.len()
                + program.often.len()
                + program.cheapest.len()
                + program.least.len();
            std::mem::forget(program);
            count
        }
        "rulebook" => rulebook(&facts),
        _ => return None,
    })
}

/// The rulebook's lists, a line each: its number and the names of its relations.
macro_rules! rulebook {
    ($($topic:literal $first:ident $second:ident $strong:ident $weak:ident $needs:ident $blocked:ident $row:ident;)*) => {
        ascent::ascent! {
            struct Rulebook;
            relation feature(u32, u32, u32);
            relation level(u32, u32, u32);
            relation choice(u32, u32, u32);
            relation open(u32, u32);
            relation verdict(u32, usize);
            open(d, t) <-- choice(d, t, 6);
            verdict(d, n) <-- feature(d, 0, _), agg n = ascent::aggregators::count() in open(d, _);
            $(
                relation $first(u32, u32);
                relation $second(u32, u32);
                relation $strong(u32);
                relation $weak(u32);
                relation $needs(u32);
                relation $blocked(u32);
                relation $row(u32, u32);
                $first(d, k) <-- feature(d, fields($topic)[0], v), level(fields($topic)[0], v, k);
                $second(d, k) <-- feature(d, fields($topic)[1], v), level(fields($topic)[1], v, k);
                $strong(d) <-- $first(d, k), if *k >= 3;
                $weak(d) <-- $second(d, 0);
                $needs(d) <-- $strong(d), !$weak(d);
                $blocked(d) <-- feature(d, fields($topic)[2], 0);
                $row(d, 1) <-- $needs(d), !$blocked(d);
                $row(d, 2) <-- $strong(d), $second(d, 1);
                $row(d, 3) <-- $first(d, 2), !$weak(d);
                $row(d, 4) <-- $weak(d), feature(d, fields($topic)[2], 1);
                $row(d, 5) <-- $second(d, k), if *k > 1;
                $row(d, 6) <-- $first(d, _);
                choice(d, $topic, n) <-- $first(d, _), agg n = ascent::aggregators::min(m) in $row(d, m);
            )*
        }
    };
}

rulebook! {
    0 first0 second0 strong0 weak0 needs0 blocked0 row0;
    1 first1 second1 strong1 weak1 needs1 blocked1 row1;
    2 first2 second2 strong2 weak2 needs2 blocked2 row2;
    3 first3 second3 strong3 weak3 needs3 blocked3 row3;
    4 first4 second4 strong4 weak4 needs4 blocked4 row4;
    5 first5 second5 strong5 weak5 needs5 blocked5 row5;
    6 first6 second6 strong6 weak6 needs6 blocked6 row6;
    7 first7 second7 strong7 weak7 needs7 blocked7 row7;
    8 first8 second8 strong8 weak8 needs8 blocked8 row8;
}

fn rulebook(facts: &Facts<'_>) -> usize {
    let mut program = Rulebook {
        feature: facts.triples("feature"),
        level: facts.triples("level"),
        ..Rulebook::default()
    };
    program.run();
    let choices = program.choice.iter().map(|&(d, t, n)| [d, t, n]);
    let mut count = facts.write_numbers("choice", choices);
    count += facts.write_numbers("verdict", program.verdict.iter().map(|&(d, n)| [d, n as u32]));
    std::mem::forget(program);
    count
}
