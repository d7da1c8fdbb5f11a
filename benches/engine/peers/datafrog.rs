//! datafrog: relations as sorted vectors, rules as calls. What the rules join on is kept in the order
//! that the join wants, by hand, as its users do.

use std::path::Path;

use datafrog::{Iteration, Relation};

use super::{Facts, Symbols};

type Pair = (u32, u32);

/// Runs a workload over the facts in a folder, if it can be said.
pub fn run(workload: &str, folder: &Path) -> Option<usize> {
    let facts = Facts(folder);
    Some(match workload {
        "tc_rand" | "tc_chain" | "tc_grid" => closure(&facts.pairs("edge")).len(),
        "tc_out" => {
            let found = closure(&facts.pairs("edge"));
            facts.write_numbers("tc", found.iter().map(|&(y, x)| [x, y]))
        }
        "sg" => generation(&facts.pairs("edge")),
        "pointsto" => points_to(&facts),
        "cspa" => flows(&facts),
        "neg" => {
            let reached = closure(&facts.pairs("edge"));
            let nodes = facts.ones("node");
            // The closure is kept the other way round; so are the pairs.
            let pairs = nodes.iter().flat_map(|&y| nodes.iter().map(move |&x| ((y, x), ())));
            let mut iteration = Iteration::new();
            let pair = iteration.variable::<(Pair, ())>("pairs");
            let apart = iteration.variable::<Pair>("apart(y, x)");
            pair.extend(pairs);
            while iteration.changed() {
                apart.from_antijoin(&pair, &reached, |&pair, &()| pair);
            }
            let apart = apart.complete();
            reached.len() + apart.len()
        }
        "strings" => strings(&facts),
        _ => return None,
    })
}

/// Pairs (y, x) of a path from x to y.
fn closure(edges: &[Pair]) -> Relation<Pair> {
    let mut iteration = Iteration::new();
    let edge: Relation<Pair> = edges.iter().copied().collect();
    let reversed = iteration.variable::<Pair>("tc(y, x)");
    reversed.extend(edges.iter().map(|&(x, y)| (y, x)));
    while iteration.changed() {
        reversed.from_join(&reversed, &edge, |_y, &x, &z| (z, x));
    }
    reversed.complete()
}

fn generation(edges: &[Pair]) -> usize {
    let mut iteration = Iteration::new();
    let edge: Relation<Pair> = edges.iter().copied().collect();
    let sg = iteration.variable::<Pair>("sg(p, q)");
    let middle = iteration.variable::<Pair>("middle(q, x)");
    let start = Relation::from_join(&edge, &edge, |_p, &x, &y| (x, y));
    sg.extend(start.iter().filter(|(x, y)| x != y));
    while iteration.changed() {
        middle.from_join(&sg, &edge, |_p, &q, &x| (q, x));
        sg.from_join(&middle, &edge, |_q, &x, &y| (x, y));
    }
    sg.complete().len()
}

fn points_to(facts: &Facts<'_>) -> usize {
    let mut iteration = Iteration::new();
    let assigned: Relation<Pair> = facts.pairs("assign").into_iter().map(|(y, z)| (z, y)).collect();
    let loaded: Relation<Pair> = facts.pairs("load").into_iter().map(|(y, x)| (x, y)).collect();
    let store: Relation<Pair> = facts.pairs("store").into_iter().collect();
    let stored: Relation<Pair> = store.iter().map(|&(y, x)| (x, y)).collect();
    let points = iteration.variable::<Pair>("points_to(y, x)");
    points.extend(facts.pairs("address_of"));
    // load(y, x), points_to(x, z) as (z, y); store(y, x), points_to(x, w) as (y, w).
    let loads = iteration.variable::<Pair>("loads(z, y)");
    let stores = iteration.variable::<Pair>("stores(y, w)");
    while iteration.changed() {
        points.from_join(&points, &assigned, |_z, &x, &y| (y, x));
        loads.from_join(&points, &loaded, |_x, &z, &y| (z, y));
        points.from_join(&loads, &points, |_z, &y, &w| (y, w));
        stores.from_join(&points, &stored, |_x, &w, &y| (y, w));
        points.from_join(&stores, &points, |_y, &w, &z| (z, w));
    }
    points.complete().len()
}

fn flows(facts: &Facts<'_>) -> usize {
    let mut iteration = Iteration::new();
    let assign = facts.pairs("assign");
    let assigned: Relation<Pair> = assign.iter().map(|&(x, z)| (z, x)).collect();
    let dereference: Relation<Pair> = facts.pairs("dereference").into_iter().collect();
    let flow = iteration.variable::<Pair>("value_flow(z, x)");
    let flow_to = iteration.variable::<Pair>("value_flow(x, z) by z");
    let memory = iteration.variable::<Pair>("memory_alias(z, w)");
    let alias = iteration.variable::<Pair>("value_alias(x, y)");
    // value_flow(z, x), memory_alias(z, w) as (w, x); dereference(y, x), value_alias(y, z) as (z, x).
    let middle = iteration.variable::<Pair>("middle(w, x)");
    let pointed = iteration.variable::<Pair>("pointed(z, x)");
    let both = || assign.iter().flat_map(|&(y, x)| [(x, x), (y, y)]);
    flow.extend(assign.iter().copied().chain(both()));
    memory.extend(both());
    while iteration.changed() {
        flow_to.from_map(&flow, |&(x, z)| (z, x));
        flow.from_join(&memory, &assigned, |_z, &y, &x| (x, y));
        flow.from_join(&flow_to, &flow, |_z, &x, &y| (x, y));
        pointed.from_join(&alias, &dereference, |_y, &z, &x| (z, x));
        memory.from_join(&pointed, &dereference, |_z, &x, &w| (x, w));
        alias.from_join(&flow, &flow, |_z, &x, &y| (x, y));
        middle.from_join(&flow, &memory, |_z, &x, &w| (w, x));
        alias.from_join(&middle, &flow, |_w, &x, &y| (x, y));
    }
    flow.complete().len() + memory.complete().len() + alias.complete().len()
}

fn strings(facts: &Facts<'_>) -> usize {
    let mut symbols = Symbols::default();
    let by_city: Relation<Pair> =
        facts.symbols("lives", &mut symbols).into_iter().map(|(a, c)| (c, a)).collect();
    let works: Relation<Pair> = facts.symbols("works", &mut symbols).into_iter().collect();
    let knows: Relation<Pair> = facts.symbols("knows", &mut symbols).into_iter().collect();
    let neighbours = Relation::from_join(&by_city, &by_city, |_c, &a, &b| (a, b));
    let neighbour: Relation<Pair> = neighbours.iter().copied().filter(|(a, b)| a != b).collect();
    // Who is to work where, by a person and the firm of the other.
    let linked: Relation<Pair> = knows.iter().chain(neighbour.iter()).copied().collect();
    let wanted = Relation::from_join(&linked, &works, |&a, &b, &f| ((b, f), a));
    let there: Relation<(Pair, ())> = works.iter().map(|&pair| (pair, ())).collect();
    let close = Relation::from_join(&wanted, &there, |&(b, _), &a, &()| (a, b));
    let known: Relation<Pair> = knows.iter().map(|&(a, b)| (b, a)).collect();
    let introduces = Relation::from_join(&known, &neighbour, |&b, &a, &c| (a, b, c));
    let mut count =
        facts.write_symbols("neighbour", &symbols, neighbour.iter().map(|&(a, b)| [a, b]));
    count += facts.write_symbols("close", &symbols, close.iter().map(|&(a, b)| [a, b]));
    let introduces = introduces.iter().filter(|&&(a, _, c)| a != c);
    count + facts.write_symbols("introduces", &symbols, introduces.map(|&(a, b, c)| [a, b, c]))
}
