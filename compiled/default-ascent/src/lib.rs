//! Written by `archlog compile`; changes are lost when it is written anew.
//!
//! [`derive()`] takes [`Facts`] and gives what [`Derived`] holds. Symbols are numbers: [`Symbols`]
//! makes them of texts and gives the texts back. [`Facts::add`] and [`Derived::each`] do the same for
//! who knows relations by name only: values are 64 bits each, a number as it is, a symbol as its
//! number.

#![allow(clippy::all, clippy::pedantic, non_snake_case, unused)]

use std::collections::HashMap;

/// This file, to tell whether it is stale.
pub const SOURCE: &str = include_str!("lib.rs");

/// A text as a number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Symbol(pub u32);

/// The texts of symbols.
#[derive(Clone, Debug)]
pub struct Symbols {
    texts: Vec<String>,
    numbers: HashMap<String, u32>,
}

impl Default for Symbols {
    fn default() -> Self {
        let mut symbols = Symbols { texts: Vec::new(), numbers: HashMap::new() };
        for text in CONSTANTS {
            symbols.intern(text);
        }
        symbols
    }
}

impl Symbols {
    /// The symbol of a text, made if it is new.
    pub fn intern(&mut self, text: &str) -> Symbol {
        if let Some(number) = self.numbers.get(text) {
            return Symbol(*number);
        }
        let number = self.texts.len() as u32;
        self.texts.push(text.to_owned());
        self.numbers.insert(text.to_owned(), number);
        Symbol(number)
    }

    /// The text of a symbol.
    pub fn text(&self, symbol: Symbol) -> &str {
        self.texts.get(symbol.0 as usize).map_or("", String::as_str)
    }
}

/// The symbols that rules name: their numbers are their places.
const CONSTANTS: [&str; 69] = [
    "Base mechanism",
    "Compensation acceptable?",
    "Evolution",
    "Governing object",
    "HARD",
    "Holder model",
    "No",
    "Owner",
    "Read consistency target",
    "Read path",
    "Service boundary",
    "Tier",
    "Topology",
    "Write shape",
    "Yes",
    "append-only",
    "append-only event",
    "appends_immutable_record",
    "atomicity-needs-several-services",
    "bounded stale allowed",
    "bounded_staleness_allowed",
    "commutative merge",
    "compensation_acceptable",
    "cross_service_atomicity_required",
    "cross_service_write",
    "exclusive claim",
    "exclusive_claim_required",
    "exclusive_holder",
    "false",
    "fans_out",
    "guarded state transition",
    "guarded_by_current_state",
    "holder_may_crash",
    "invalidates_peers",
    "join_heavy_one_row",
    "location_lookup",
    "may_all_succeed",
    "merge",
    "merge-needs-merge-evolution",
    "merge_law",
    "merge_safe",
    "multi-service",
    "multi-service transaction",
    "needs_conflict_resolution",
    "one-boundary-no-atomicity",
    "one-boundary-no-cross-service-write",
    "one_writer_owns_scope",
    "one_writer_per_partition",
    "overwrite",
    "overwrite current value",
    "partition_routed_single_writer",
    "partitions_independent",
    "query_crosses_shards",
    "query_is_geospatial",
    "read_dominates",
    "read_heavy",
    "records_immutable_fact",
    "replaces_current_value",
    "replaces_stable_value",
    "same_shape_as_source",
    "served_directly",
    "several-boundaries-cross-service-write",
    "several-boundaries-need-atomicity",
    "single_writer_scope",
    "staleness_allowed",
    "state machine",
    "true",
    "valid_only_under_current_state",
    "winner_loser",
];

ascent::ascent! {
    struct Program;

    relation r_answer(i64, Symbol, Symbol, Symbol, Symbol);
    relation r_atomic_across_owners(i64, Symbol);
    relation r_base_mechanism(i64, Symbol, Symbol);
    relation r_base_mechanism_earlier(i64, i64, Symbol);
    relation r_base_mechanism_row(i64, i64, Symbol);
    relation r_bounded(i64, Symbol);
    relation r_constrains(i64, Symbol, Symbol);
    relation r_context_of(i64, Symbol, Symbol, Symbol, Symbol);
    relation r_crashable_hold(i64, Symbol);
    relation r_crashable_holder(Symbol);
    relation r_critical_write(i64, Symbol);
    relation r_decision_row(Symbol, i64, Symbol, Symbol, Symbol);
    relation r_different_owners(i64, Symbol);
    relation r_effective(i64, Symbol, Symbol, Symbol, Symbol);
    relation r_governing_evolution(i64, Symbol, Symbol);
    relation r_hard_at_write(i64, Symbol);
    relation r_hard_invariant(i64, Symbol, Symbol);
    relation r_holds_at_write(i64, Symbol, Symbol);
    relation r_important_read(i64, Symbol);
    relation r_overridden(i64, Symbol, Symbol, Symbol, Symbol);
    relation r_path(i64, Symbol, Symbol, Symbol);
    relation r_predicate(i64, Symbol, Symbol, Symbol);
    relation r_read_path(i64, Symbol, Symbol);
    relation r_read_path_earlier(i64, i64, Symbol);
    relation r_read_path_row(i64, i64, Symbol);
    relation r_repairable(i64, Symbol);
    relation r_resolved(i64, Symbol, Symbol);
    relation r_several_services(i64, Symbol);
    relation r_stale_reads_allowed(i64, Symbol);
    relation r_touches_primary(i64, Symbol, Symbol);
    relation r_unbounded(i64, Symbol);
    relation r_write_shape(i64, Symbol, Symbol);
    relation r_write_shape_earlier(i64, i64, Symbol);
    relation r_write_shape_row(i64, i64, Symbol);
    relation r_writes_across(i64, Symbol);
    relation r_written(i64, Symbol, Symbol, Symbol);

    r_different_owners(v_world, v_req) <-- r_touches_primary(v_world, v_req, v_one), r_effective(v_world, v_one, Symbol(7), v_owner, _), r_touches_primary(v_world, v_req, v_other), r_effective(v_world, v_other, Symbol(7), v_otherowner, _), if (*v_owner) != (*v_otherowner);
    r_governing_evolution(v_world, v_req, v_value) <-- r_effective(v_world, v_req, Symbol(3), v_object, _), r_effective(v_world, v_object, Symbol(2), v_value, _);
    r_hard_invariant(v_world, v_req, v_inv) <-- r_constrains(v_world, v_inv, v_req), r_effective(v_world, v_inv, Symbol(11), Symbol(4), _);
    r_hard_at_write(v_world, v_req) <-- r_hard_invariant(v_world, v_req, v_inv), r_holds_at_write(v_world, v_inv, _);
    r_crashable_hold(v_world, v_req) <-- r_critical_write(v_world, v_req), r_context_of(v_world, v_req, Symbol(5), v_holder, _), r_crashable_holder(v_holder);
    r_written(v_world, v_req, Symbol(32), Symbol(66)) <-- r_crashable_hold(v_world, v_req);
    r_written(v_world, v_req, Symbol(32), Symbol(28)) <-- r_critical_write(v_world, v_req), !r_crashable_hold(v_world, v_req);
    r_writes_across(v_world, v_req) <-- r_critical_write(v_world, v_req), r_context_of(v_world, v_req, Symbol(12), Symbol(41), _), r_different_owners(v_world, v_req);
    r_written(v_world, v_req, Symbol(24), Symbol(66)) <-- r_writes_across(v_world, v_req);
    r_written(v_world, v_req, Symbol(24), Symbol(28)) <-- r_critical_write(v_world, v_req), !r_writes_across(v_world, v_req);
    r_stale_reads_allowed(v_world, v_req) <-- r_path(v_world, v_req, _, _), r_context_of(v_world, v_req, Symbol(8), Symbol(19), _);
    r_written(v_world, v_req, Symbol(20), Symbol(66)) <-- r_critical_write(v_world, v_req), r_stale_reads_allowed(v_world, v_req);
    r_written(v_world, v_req, Symbol(20), Symbol(28)) <-- r_critical_write(v_world, v_req), !r_stale_reads_allowed(v_world, v_req);
    r_written(v_world, v_req, Symbol(20), Symbol(66)) <-- r_important_read(v_world, v_req), r_stale_reads_allowed(v_world, v_req);
    r_written(v_world, v_req, Symbol(20), Symbol(28)) <-- r_important_read(v_world, v_req), !r_stale_reads_allowed(v_world, v_req);
    r_repairable(v_world, v_req) <-- r_critical_write(v_world, v_req), r_context_of(v_world, v_req, Symbol(1), Symbol(14), _);
    r_written(v_world, v_req, Symbol(22), Symbol(66)) <-- r_repairable(v_world, v_req);
    r_written(v_world, v_req, Symbol(22), Symbol(28)) <-- r_critical_write(v_world, v_req), !r_repairable(v_world, v_req);
    r_atomic_across_owners(v_world, v_req) <-- r_critical_write(v_world, v_req), !r_repairable(v_world, v_req), r_hard_at_write(v_world, v_req), r_different_owners(v_world, v_req);
    r_written(v_world, v_req, Symbol(23), Symbol(66)) <-- r_atomic_across_owners(v_world, v_req);
    r_written(v_world, v_req, Symbol(23), Symbol(28)) <-- r_critical_write(v_world, v_req), !r_atomic_across_owners(v_world, v_req);
    r_written(v_world, v_req, Symbol(26), Symbol(66)) <-- r_answer(v_world, v_req, Symbol(27), Symbol(14), _);
    r_written(v_world, v_req, Symbol(26), Symbol(28)) <-- r_answer(v_world, v_req, Symbol(27), Symbol(6), _);
    r_written(v_world, v_req, Symbol(40), Symbol(66)) <-- r_answer(v_world, v_req, Symbol(36), Symbol(14), _), r_answer(v_world, v_req, Symbol(39), Symbol(14), _), r_answer(v_world, v_req, Symbol(68), Symbol(6), _);
    r_written(v_world, v_req, Symbol(40), Symbol(28)) <-- r_answer(v_world, v_req, Symbol(36), Symbol(6), _);
    r_written(v_world, v_req, Symbol(40), Symbol(28)) <-- r_answer(v_world, v_req, Symbol(39), Symbol(6), _);
    r_written(v_world, v_req, Symbol(40), Symbol(28)) <-- r_answer(v_world, v_req, Symbol(68), Symbol(14), _);
    r_written(v_world, v_req, Symbol(31), Symbol(66)) <-- r_answer(v_world, v_req, Symbol(67), Symbol(14), _);
    r_written(v_world, v_req, Symbol(31), Symbol(28)) <-- r_answer(v_world, v_req, Symbol(67), Symbol(6), _);
    r_written(v_world, v_req, Symbol(57), Symbol(66)) <-- r_answer(v_world, v_req, Symbol(58), Symbol(14), _), r_answer(v_world, v_req, Symbol(43), Symbol(6), _);
    r_written(v_world, v_req, Symbol(57), Symbol(28)) <-- r_answer(v_world, v_req, Symbol(58), Symbol(6), _);
    r_written(v_world, v_req, Symbol(57), Symbol(28)) <-- r_answer(v_world, v_req, Symbol(43), Symbol(14), _);
    r_written(v_world, v_req, Symbol(56), Symbol(66)) <-- r_answer(v_world, v_req, Symbol(17), Symbol(14), _), r_answer(v_world, v_req, Symbol(33), Symbol(6), _);
    r_written(v_world, v_req, Symbol(56), Symbol(28)) <-- r_answer(v_world, v_req, Symbol(17), Symbol(6), _);
    r_written(v_world, v_req, Symbol(56), Symbol(28)) <-- r_answer(v_world, v_req, Symbol(33), Symbol(14), _);
    r_written(v_world, v_req, Symbol(63), Symbol(66)) <-- r_answer(v_world, v_req, Symbol(46), Symbol(14), _);
    r_written(v_world, v_req, Symbol(63), Symbol(28)) <-- r_answer(v_world, v_req, Symbol(46), Symbol(6), _);
    r_written(v_world, v_req, Symbol(50), Symbol(66)) <-- r_answer(v_world, v_req, Symbol(47), Symbol(14), _), r_answer(v_world, v_req, Symbol(51), Symbol(14), _);
    r_written(v_world, v_req, Symbol(50), Symbol(28)) <-- r_answer(v_world, v_req, Symbol(47), Symbol(6), _);
    r_written(v_world, v_req, Symbol(50), Symbol(28)) <-- r_answer(v_world, v_req, Symbol(51), Symbol(6), _);
    r_written(v_world, v_req, Symbol(59), Symbol(66)) <-- r_answer(v_world, v_req, Symbol(60), Symbol(14), _);
    r_written(v_world, v_req, Symbol(59), Symbol(28)) <-- r_answer(v_world, v_req, Symbol(60), Symbol(6), _);
    r_written(v_world, v_req, Symbol(55), Symbol(66)) <-- r_answer(v_world, v_req, Symbol(54), Symbol(14), _);
    r_written(v_world, v_req, Symbol(55), Symbol(28)) <-- r_answer(v_world, v_req, Symbol(54), Symbol(6), _);
    r_written(v_world, v_req, Symbol(52), Symbol(66)) <-- r_answer(v_world, v_req, Symbol(29), Symbol(14), _);
    r_written(v_world, v_req, Symbol(52), Symbol(28)) <-- r_answer(v_world, v_req, Symbol(29), Symbol(6), _);
    r_written(v_world, v_req, Symbol(53), Symbol(66)) <-- r_answer(v_world, v_req, Symbol(35), Symbol(14), _);
    r_written(v_world, v_req, Symbol(53), Symbol(28)) <-- r_answer(v_world, v_req, Symbol(35), Symbol(6), _);
    r_written(v_world, v_req, Symbol(34), Symbol(66)) <-- r_answer(v_world, v_req, Symbol(34), Symbol(14), _);
    r_written(v_world, v_req, Symbol(34), Symbol(28)) <-- r_answer(v_world, v_req, Symbol(34), Symbol(6), _);
    r_written(v_world, v_req, Symbol(64), Symbol(66)) <-- r_important_read(v_world, v_req), r_stale_reads_allowed(v_world, v_req);
    r_written(v_world, v_req, Symbol(64), Symbol(28)) <-- r_important_read(v_world, v_req), !r_stale_reads_allowed(v_world, v_req);
    r_resolved(v_world, v_req, v_name) <-- r_overridden(v_world, v_req, v_name, _, _);
    r_predicate(v_world, v_req, v_name, v_value) <-- r_written(v_world, v_req, v_name, v_value), !r_resolved(v_world, v_req, v_name);
    r_predicate(v_world, v_req, v_name, v_value) <-- r_overridden(v_world, v_req, v_name, v_value, v_resolution);
    r_write_shape_row(v_world, (10i64), v_req) <-- r_critical_write(v_world, v_req), r_predicate(v_world, v_req, Symbol(23), Symbol(66));
    r_write_shape_row(v_world, (20i64), v_req) <-- r_critical_write(v_world, v_req), r_predicate(v_world, v_req, Symbol(26), Symbol(66));
    r_write_shape_row(v_world, (30i64), v_req) <-- r_critical_write(v_world, v_req), r_predicate(v_world, v_req, Symbol(40), Symbol(66));
    r_write_shape_row(v_world, (40i64), v_req) <-- r_critical_write(v_world, v_req), r_predicate(v_world, v_req, Symbol(31), Symbol(66));
    r_write_shape_row(v_world, (50i64), v_req) <-- r_critical_write(v_world, v_req), r_predicate(v_world, v_req, Symbol(57), Symbol(66));
    r_write_shape_row(v_world, (60i64), v_req) <-- r_critical_write(v_world, v_req), r_predicate(v_world, v_req, Symbol(56), Symbol(66));
    r_write_shape_earlier(v_world, v_rank, v_req) <-- r_write_shape_row(v_world, v_rank, v_req), r_write_shape_row(v_world, v_earlier, v_req), if (*v_earlier) < (*v_rank);
    r_write_shape(v_world, v_req, v_value) <-- r_write_shape_row(v_world, v_rank, v_req), !r_write_shape_earlier(v_world, v_rank, v_req), r_decision_row(Symbol(13), v_rank, _, v_value, _);
    r_base_mechanism_row(v_world, (10i64), v_req) <-- r_write_shape(v_world, v_req, Symbol(42)), r_predicate(v_world, v_req, Symbol(22), Symbol(66));
    r_base_mechanism_row(v_world, (20i64), v_req) <-- r_write_shape(v_world, v_req, Symbol(42)), r_predicate(v_world, v_req, Symbol(22), Symbol(28));
    r_base_mechanism_row(v_world, (30i64), v_req) <-- r_write_shape(v_world, v_req, v_shape), r_predicate(v_world, v_req, Symbol(63), Symbol(66));
    r_base_mechanism_row(v_world, (40i64), v_req) <-- r_write_shape(v_world, v_req, v_shape), r_predicate(v_world, v_req, Symbol(50), Symbol(66));
    r_base_mechanism_row(v_world, (50i64), v_req) <-- r_write_shape(v_world, v_req, Symbol(21));
    r_base_mechanism_row(v_world, (60i64), v_req) <-- r_write_shape(v_world, v_req, Symbol(25)), r_predicate(v_world, v_req, Symbol(32), Symbol(66));
    r_base_mechanism_row(v_world, (70i64), v_req) <-- r_write_shape(v_world, v_req, Symbol(25)), r_predicate(v_world, v_req, Symbol(32), Symbol(28));
    r_base_mechanism_row(v_world, (80i64), v_req) <-- r_write_shape(v_world, v_req, Symbol(30)), r_governing_evolution(v_world, v_req, Symbol(65));
    r_base_mechanism_row(v_world, (90i64), v_req) <-- r_write_shape(v_world, v_req, Symbol(49)), r_governing_evolution(v_world, v_req, Symbol(48));
    r_base_mechanism_row(v_world, (100i64), v_req) <-- r_write_shape(v_world, v_req, Symbol(16));
    r_base_mechanism_earlier(v_world, v_rank, v_req) <-- r_base_mechanism_row(v_world, v_rank, v_req), r_base_mechanism_row(v_world, v_earlier, v_req), if (*v_earlier) < (*v_rank);
    r_base_mechanism(v_world, v_req, v_value) <-- r_base_mechanism_row(v_world, v_rank, v_req), !r_base_mechanism_earlier(v_world, v_rank, v_req), r_decision_row(Symbol(0), v_rank, _, v_value, _);
    r_read_path_row(v_world, (10i64), v_req) <-- r_important_read(v_world, v_req), r_predicate(v_world, v_req, Symbol(53), Symbol(66));
    r_read_path_row(v_world, (20i64), v_req) <-- r_important_read(v_world, v_req), r_predicate(v_world, v_req, Symbol(52), Symbol(66));
    r_read_path_row(v_world, (30i64), v_req) <-- r_important_read(v_world, v_req), r_predicate(v_world, v_req, Symbol(59), Symbol(28));
    r_read_path_row(v_world, (40i64), v_req) <-- r_important_read(v_world, v_req), r_predicate(v_world, v_req, Symbol(55), Symbol(66)), r_predicate(v_world, v_req, Symbol(64), Symbol(66));
    r_read_path_row(v_world, (50i64), v_req) <-- r_important_read(v_world, v_req), r_predicate(v_world, v_req, Symbol(59), Symbol(66));
    r_read_path_row(v_world, (60i64), v_req) <-- r_important_read(v_world, v_req), r_predicate(v_world, v_req, Symbol(34), Symbol(66)), r_predicate(v_world, v_req, Symbol(55), Symbol(66));
    r_read_path_earlier(v_world, v_rank, v_req) <-- r_read_path_row(v_world, v_rank, v_req), r_read_path_row(v_world, v_earlier, v_req), if (*v_earlier) < (*v_rank);
    r_read_path(v_world, v_req, v_value) <-- r_read_path_row(v_world, v_rank, v_req), !r_read_path_earlier(v_world, v_rank, v_req), r_decision_row(Symbol(9), v_rank, _, v_value, _);
    r_unbounded(v_world, v_req) <-- r_touches_primary(v_world, v_req, v_object), !r_effective(v_world, v_object, Symbol(10), _, _);
    r_bounded(v_world, v_req) <-- r_critical_write(v_world, v_req), !r_unbounded(v_world, v_req), r_touches_primary(v_world, v_req, _);
    r_several_services(v_world, v_req) <-- r_bounded(v_world, v_req), r_touches_primary(v_world, v_req, v_one), r_effective(v_world, v_one, Symbol(10), v_service, _), r_touches_primary(v_world, v_req, v_other), r_effective(v_world, v_other, Symbol(10), v_otherservice, _), if (*v_service) != (*v_otherservice);
    r_overridden(v_world, v_req, Symbol(23), Symbol(28), Symbol(18)) <-- r_written(v_world, v_req, Symbol(23), Symbol(66)), !r_context_of(v_world, v_req, Symbol(12), Symbol(41), _);
    r_overridden(v_world, v_req, Symbol(23), Symbol(28), Symbol(44)) <-- r_written(v_world, v_req, Symbol(23), Symbol(66)), !r_several_services(v_world, v_req), r_context_of(v_world, v_req, Symbol(12), Symbol(41), _), r_bounded(v_world, v_req);
    r_overridden(v_world, v_req, Symbol(23), Symbol(66), Symbol(62)) <-- r_written(v_world, v_req, Symbol(23), Symbol(28)), r_context_of(v_world, v_req, Symbol(12), Symbol(41), _), r_several_services(v_world, v_req), r_hard_at_write(v_world, v_req), r_written(v_world, v_req, Symbol(22), Symbol(28));
    r_overridden(v_world, v_req, Symbol(24), Symbol(28), Symbol(45)) <-- r_written(v_world, v_req, Symbol(24), Symbol(66)), !r_several_services(v_world, v_req), r_bounded(v_world, v_req);
    r_overridden(v_world, v_req, Symbol(24), Symbol(66), Symbol(61)) <-- r_written(v_world, v_req, Symbol(24), Symbol(28)), r_context_of(v_world, v_req, Symbol(12), Symbol(41), _), r_several_services(v_world, v_req);
    r_overridden(v_world, v_req, Symbol(40), Symbol(28), Symbol(38)) <-- r_written(v_world, v_req, Symbol(40), Symbol(66)), r_governing_evolution(v_world, v_req, v_evolution), if (*v_evolution) != Symbol(37);
    r_write_shape_row(v_world, (15i64), v_req) <-- r_critical_write(v_world, v_req), r_predicate(v_world, v_req, Symbol(24), Symbol(66)), r_predicate(v_world, v_req, Symbol(22), Symbol(66));
    r_base_mechanism_row(v_world, (84i64), v_req) <-- r_write_shape(v_world, v_req, Symbol(30)), r_governing_evolution(v_world, v_req, Symbol(48));
    r_base_mechanism_row(v_world, (86i64), v_req) <-- r_write_shape(v_world, v_req, Symbol(30)), r_governing_evolution(v_world, v_req, Symbol(15));
    r_base_mechanism_row(v_world, (93i64), v_req) <-- r_write_shape(v_world, v_req, Symbol(49)), r_governing_evolution(v_world, v_req, Symbol(65));
    r_base_mechanism_row(v_world, (96i64), v_req) <-- r_write_shape(v_world, v_req, Symbol(49)), r_governing_evolution(v_world, v_req, Symbol(37));
    r_read_path_row(v_world, (25i64), v_req) <-- r_important_read(v_world, v_req), r_predicate(v_world, v_req, Symbol(34), Symbol(66)), r_predicate(v_world, v_req, Symbol(55), Symbol(66)), r_predicate(v_world, v_req, Symbol(59), Symbol(28));
    r_read_path_row(v_world, (45i64), v_req) <-- r_important_read(v_world, v_req), r_predicate(v_world, v_req, Symbol(34), Symbol(66)), r_predicate(v_world, v_req, Symbol(55), Symbol(66)), r_predicate(v_world, v_req, Symbol(59), Symbol(66)), r_predicate(v_world, v_req, Symbol(64), Symbol(28));
}

/// The relations that come from outside, by name.
pub const INPUTS: [&str; 11] = [
    "answer",
    "constrains",
    "context_of",
    "crashable_holder",
    "critical_write",
    "decision_row",
    "effective",
    "holds_at_write",
    "important_read",
    "path",
    "touches_primary",
];

/// What is given.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// `answer(world, req, question, answer, origin)`
    pub answer: Vec<(i64, Symbol, Symbol, Symbol, Symbol)>,
    /// `constrains(world, inv, req)`
    pub constrains: Vec<(i64, Symbol, Symbol)>,
    /// `context_of(world, req, field, value, origin)`
    pub context_of: Vec<(i64, Symbol, Symbol, Symbol, Symbol)>,
    /// `crashable_holder(holder)`
    pub crashable_holder: Vec<(Symbol,)>,
    /// `critical_write(world, req)`
    pub critical_write: Vec<(i64, Symbol)>,
    /// `decision_row(list, position, row, value, kind)`
    pub decision_row: Vec<(Symbol, i64, Symbol, Symbol, Symbol)>,
    /// `effective(world, subject, field, value, origin)`
    pub effective: Vec<(i64, Symbol, Symbol, Symbol, Symbol)>,
    /// `holds_at_write(world, inv, origin)`
    pub holds_at_write: Vec<(i64, Symbol, Symbol)>,
    /// `important_read(world, req)`
    pub important_read: Vec<(i64, Symbol)>,
    /// `path(world, req, id, kind)`
    pub path: Vec<(i64, Symbol, Symbol, Symbol)>,
    /// `touches_primary(world, req, object)`
    pub touches_primary: Vec<(i64, Symbol, Symbol)>,
}

impl Facts {
    /// Adds a tuple to a relation, by its place in [`INPUTS`]; says whether there is such a relation.
    pub fn add(&mut self, relation: usize, values: &[u64]) -> bool {
        match (relation, values) {
            (0, [v0, v1, v2, v3, v4]) => self.answer.push((*v0 as i64,Symbol(*v1 as u32),Symbol(*v2 as u32),Symbol(*v3 as u32),Symbol(*v4 as u32),)),
            (1, [v0, v1, v2]) => self.constrains.push((*v0 as i64,Symbol(*v1 as u32),Symbol(*v2 as u32),)),
            (2, [v0, v1, v2, v3, v4]) => self.context_of.push((*v0 as i64,Symbol(*v1 as u32),Symbol(*v2 as u32),Symbol(*v3 as u32),Symbol(*v4 as u32),)),
            (3, [v0]) => self.crashable_holder.push((Symbol(*v0 as u32),)),
            (4, [v0, v1]) => self.critical_write.push((*v0 as i64,Symbol(*v1 as u32),)),
            (5, [v0, v1, v2, v3, v4]) => self.decision_row.push((Symbol(*v0 as u32),*v1 as i64,Symbol(*v2 as u32),Symbol(*v3 as u32),Symbol(*v4 as u32),)),
            (6, [v0, v1, v2, v3, v4]) => self.effective.push((*v0 as i64,Symbol(*v1 as u32),Symbol(*v2 as u32),Symbol(*v3 as u32),Symbol(*v4 as u32),)),
            (7, [v0, v1, v2]) => self.holds_at_write.push((*v0 as i64,Symbol(*v1 as u32),Symbol(*v2 as u32),)),
            (8, [v0, v1]) => self.important_read.push((*v0 as i64,Symbol(*v1 as u32),)),
            (9, [v0, v1, v2, v3]) => self.path.push((*v0 as i64,Symbol(*v1 as u32),Symbol(*v2 as u32),Symbol(*v3 as u32),)),
            (10, [v0, v1, v2]) => self.touches_primary.push((*v0 as i64,Symbol(*v1 as u32),Symbol(*v2 as u32),)),
            _ => return false,
        }
        true
    }
}

/// The relations that are wanted, by name.
pub const OUTPUTS: [&str; 8] = [
    "base_mechanism",
    "base_mechanism_row",
    "governing_evolution",
    "predicate",
    "read_path",
    "read_path_row",
    "write_shape",
    "write_shape_row",
];

/// What derives.
#[derive(Clone, Debug, Default)]
pub struct Derived {
    /// `base_mechanism(world, req, value)`
    pub base_mechanism: Vec<(i64, Symbol, Symbol)>,
    /// `base_mechanism_row(world, rank, req)`
    pub base_mechanism_row: Vec<(i64, i64, Symbol)>,
    /// `governing_evolution(world, req, value)`
    pub governing_evolution: Vec<(i64, Symbol, Symbol)>,
    /// `predicate(world, req, name, value)`
    pub predicate: Vec<(i64, Symbol, Symbol, Symbol)>,
    /// `read_path(world, req, value)`
    pub read_path: Vec<(i64, Symbol, Symbol)>,
    /// `read_path_row(world, rank, req)`
    pub read_path_row: Vec<(i64, i64, Symbol)>,
    /// `write_shape(world, req, value)`
    pub write_shape: Vec<(i64, Symbol, Symbol)>,
    /// `write_shape_row(world, rank, req)`
    pub write_shape_row: Vec<(i64, i64, Symbol)>,
}

impl Derived {
    /// Shows every tuple of a relation, by its place in [`OUTPUTS`].
    pub fn each(&self, relation: usize, see: &mut dyn FnMut(&[u64])) {
        match relation {
            0 => self.base_mechanism.iter().for_each(|it| see(&[it.0 as u64, u64::from(it.1.0), u64::from(it.2.0)])),
            1 => self.base_mechanism_row.iter().for_each(|it| see(&[it.0 as u64, it.1 as u64, u64::from(it.2.0)])),
            2 => self.governing_evolution.iter().for_each(|it| see(&[it.0 as u64, u64::from(it.1.0), u64::from(it.2.0)])),
            3 => self.predicate.iter().for_each(|it| see(&[it.0 as u64, u64::from(it.1.0), u64::from(it.2.0), u64::from(it.3.0)])),
            4 => self.read_path.iter().for_each(|it| see(&[it.0 as u64, u64::from(it.1.0), u64::from(it.2.0)])),
            5 => self.read_path_row.iter().for_each(|it| see(&[it.0 as u64, it.1 as u64, u64::from(it.2.0)])),
            6 => self.write_shape.iter().for_each(|it| see(&[it.0 as u64, u64::from(it.1.0), u64::from(it.2.0)])),
            7 => self.write_shape_row.iter().for_each(|it| see(&[it.0 as u64, it.1 as u64, u64::from(it.2.0)])),
            _ => {}
        }
    }
}

/// Derives all that follows from some facts.
pub fn derive(facts: Facts) -> Derived {
    let mut program = Program::default();
    program.r_answer = facts.answer;
    program.r_constrains = facts.constrains;
    program.r_context_of = facts.context_of;
    program.r_crashable_holder = facts.crashable_holder;
    program.r_critical_write = facts.critical_write;
    program.r_decision_row = facts.decision_row;
    program.r_effective = facts.effective;
    program.r_holds_at_write = facts.holds_at_write;
    program.r_important_read = facts.important_read;
    program.r_path = facts.path;
    program.r_touches_primary = facts.touches_primary;
    program.run();
    Derived {
        base_mechanism: program.r_base_mechanism,
        base_mechanism_row: program.r_base_mechanism_row,
        governing_evolution: program.r_governing_evolution,
        predicate: program.r_predicate,
        read_path: program.r_read_path,
        read_path_row: program.r_read_path_row,
        write_shape: program.r_write_shape,
        write_shape_row: program.r_write_shape_row,
    }
}
