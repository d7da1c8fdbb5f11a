//! crepe: Datalog as a macro, hash sets and an index a join. It has no aggregates.

use std::path::Path;

use super::{Facts, Symbols};

mod closure {
    crepe::crepe! {
        @input
        pub struct Edge(pub u32, pub u32);
        @output
        pub struct Tc(pub u32, pub u32);
        Tc(x, y) <- Edge(x, y);
        Tc(x, z) <- Tc(x, y), Edge(y, z);
    }

    pub fn run(
        edges: Vec<(u32, u32)>,
    ) -> std::collections::HashSet<Tc, impl std::hash::BuildHasher> {
        let mut runtime = Crepe::new();
        runtime.extend(edges.into_iter().map(|(x, y)| Edge(x, y)));
        runtime.run().0
    }
}

mod generation {
    crepe::crepe! {
        @input
        pub struct Edge(pub u32, pub u32);
        @output
        pub struct Sg(pub u32, pub u32);
        Sg(x, y) <- Edge(p, x), Edge(p, y), (x != y);
        Sg(x, y) <- Edge(p, x), Sg(p, q), Edge(q, y);
    }

    pub fn run(edges: Vec<(u32, u32)>) -> usize {
        let mut runtime = Crepe::new();
        runtime.extend(edges.into_iter().map(|(x, y)| Edge(x, y)));
        let found = runtime.run().0;
        let count = found.len();
        std::mem::forget(found);
        count
    }
}

mod points_to {
    use super::Facts;

    crepe::crepe! {
        @input
        struct AddressOf(u32, u32);
        @input
        struct Assign(u32, u32);
        @input
        struct Load(u32, u32);
        @input
        struct Store(u32, u32);
        @output
        struct PointsTo(u32, u32);
        PointsTo(y, x) <- AddressOf(y, x);
        PointsTo(y, x) <- Assign(y, z), PointsTo(z, x);
        PointsTo(y, w) <- Load(y, x), PointsTo(x, z), PointsTo(z, w);
        PointsTo(z, w) <- Store(y, x), PointsTo(y, z), PointsTo(x, w);
    }

    pub fn run(facts: &Facts<'_>) -> usize {
        let mut runtime = Crepe::new();
        runtime.extend(facts.pairs("address_of").into_iter().map(|(x, y)| AddressOf(x, y)));
        runtime.extend(facts.pairs("assign").into_iter().map(|(x, y)| Assign(x, y)));
        runtime.extend(facts.pairs("load").into_iter().map(|(x, y)| Load(x, y)));
        runtime.extend(facts.pairs("store").into_iter().map(|(x, y)| Store(x, y)));
        let found = runtime.run().0;
        let count = found.len();
        std::mem::forget(found);
        count
    }
}

mod flow {
    use super::Facts;

    crepe::crepe! {
        @input
        struct Assign(u32, u32);
        @input
        struct Dereference(u32, u32);
        @output
        struct ValueFlow(u32, u32);
        @output
        struct MemoryAlias(u32, u32);
        @output
        struct ValueAlias(u32, u32);
        ValueFlow(y, x) <- Assign(y, x);
        ValueFlow(x, y) <- Assign(x, z), MemoryAlias(z, y);
        ValueFlow(x, y) <- ValueFlow(x, z), ValueFlow(z, y);
        ValueFlow(x, x) <- Assign(x, _);
        ValueFlow(x, x) <- Assign(_, x);
        MemoryAlias(x, w) <- Dereference(y, x), ValueAlias(y, z), Dereference(z, w);
        MemoryAlias(x, x) <- Assign(_, x);
        MemoryAlias(x, x) <- Assign(x, _);
        ValueAlias(x, y) <- ValueFlow(z, x), ValueFlow(z, y);
        ValueAlias(x, y) <- ValueFlow(z, x), MemoryAlias(z, w), ValueFlow(w, y);
    }

    pub fn run(facts: &Facts<'_>) -> usize {
        let mut runtime = Crepe::new();
        runtime.extend(facts.pairs("assign").into_iter().map(|(x, y)| Assign(x, y)));
        runtime.extend(facts.pairs("dereference").into_iter().map(|(x, y)| Dereference(x, y)));
        let found = runtime.run();
        let count = found.0.len() + found.1.len() + found.2.len();
        std::mem::forget(found);
        count
    }
}

mod negation {
    use super::Facts;

    crepe::crepe! {
        @input
        struct Node(u32);
        @input
        struct Edge(u32, u32);
        @output
        struct Tc(u32, u32);
        @output
        struct Apart(u32, u32);
        Tc(x, y) <- Edge(x, y);
        Tc(x, z) <- Tc(x, y), Edge(y, z);
        Apart(x, y) <- Node(x), Node(y), !Tc(x, y);
    }

    pub fn run(facts: &Facts<'_>) -> usize {
        let mut runtime = Crepe::new();
        runtime.extend(facts.ones("node").into_iter().map(Node));
        runtime.extend(facts.pairs("edge").into_iter().map(|(x, y)| Edge(x, y)));
        let found = runtime.run();
        let count = found.0.len() + found.1.len();
        std::mem::forget(found);
        count
    }
}

mod strings {
    use super::{Facts, Symbols};

    crepe::crepe! {
        @input
        struct Lives(u32, u32);
        @input
        struct Works(u32, u32);
        @input
        struct Knows(u32, u32);
        @output
        struct Neighbour(u32, u32);
        @output
        struct Close(u32, u32);
        @output
        struct Introduces(u32, u32, u32);
        Neighbour(a, b) <- Lives(a, c), Lives(b, c), (a != b);
        Close(a, b) <- Works(a, f), Works(b, f), Knows(a, b);
        Close(a, b) <- Neighbour(a, b), Works(a, f), Works(b, f);
        Introduces(a, b, c) <- Knows(a, b), Neighbour(b, c), (a != c);
    }

    pub fn run(facts: &Facts<'_>) -> usize {
        let (mut runtime, mut symbols) = (Crepe::new(), Symbols::default());
        runtime.extend(facts.symbols("lives", &mut symbols).into_iter().map(|(a, c)| Lives(a, c)));
        runtime.extend(facts.symbols("works", &mut symbols).into_iter().map(|(a, f)| Works(a, f)));
        runtime.extend(facts.symbols("knows", &mut symbols).into_iter().map(|(a, b)| Knows(a, b)));
        let (neighbour, close, introduces) = runtime.run();
        let mut count = facts.write_symbols(
            "neighbour",
            &symbols,
            neighbour.iter().map(|&Neighbour(a, b)| [a, b]),
        );
        count += facts.write_symbols("close", &symbols, close.iter().map(|&Close(a, b)| [a, b]));
        let rows = introduces.iter().map(|&Introduces(a, b, c)| [a, b, c]);
        count += facts.write_symbols("introduces", &symbols, rows);
        std::mem::forget((neighbour, close, introduces));
        count
    }
}

/// Runs a workload over the facts in a folder, if it can be said.
pub fn run(workload: &str, folder: &Path) -> Option<usize> {
    let facts = Facts(folder);
    Some(match workload {
        "tc_rand" | "tc_chain" | "tc_grid" | "tc_out" => {
            let found = closure::run(facts.pairs("edge"));
            let count = match workload {
                "tc_out" => {
                    facts.write_numbers("tc", found.iter().map(|&closure::Tc(x, y)| [x, y]))
                }
                _ => found.len(),
            };
            std::mem::forget(found);
            count
        }
        "sg" => generation::run(facts.pairs("edge")),
        "pointsto" => points_to::run(&facts),
        "cspa" => flow::run(&facts),
        "neg" => negation::run(&facts),
        "strings" => strings::run(&facts),
        _ => return None,
    })
}
