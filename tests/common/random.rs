//! Random programs, as text: schemas, facts and safe rules with recursion, stratified negation,
//! comparisons, arithmetic, functors on symbols, aggregates with groups, and disjunction.
//!
//! A program is drawn as numbers ([`Draft`]) and then written out; whatever the numbers are, the
//! text means something. So it shrinks as numbers and lists do: fewer facts, fewer rules, shorter
//! bodies, simpler arguments. Relations come in levels: a rule reads its own level and those below
//! it, and under negation and aggregates those below it only. Values that rules compute are kept
//! within a few numbers and short texts, so every program ends.

use std::fmt::{self, Debug, Formatter, Write};

use proptest::collection::vec;
use proptest::prelude::*;

/// A program and what it was written from.
#[derive(Clone)]
pub struct Sample {
    pub text: String,
}

impl Debug for Sample {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "\n{}", self.text)
    }
}

/// Programs of a few relations, facts and rules.
pub fn programs() -> impl Strategy<Value = Sample> {
    let base = vec(vec(kind(), 1..=3), BASE);
    let derived = vec(prop_oneof![1 => vec(kind(), 0), 12 => vec(kind(), 1..=3)], 2..=6);
    let facts = vec((any::<u8>(), any::<[u8; 3]>()), 6..30);
    let rules = vec(rule(), 3..12);
    (base, derived, facts, rules).prop_map(|(base, derived, facts, rules)| {
        let schema = [base, derived].concat();
        Sample { text: Draft { schema, facts, rules }.write() }
    })
}

/// How many relations hold facts alone.
const BASE: usize = 3;

#[derive(Clone, Copy, PartialEq, Debug)]
enum Kind {
    Number,
    Symbol,
    Unsigned,
    Float,
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        6 => Just(Kind::Number),
        3 => Just(Kind::Symbol),
        1 => Just(Kind::Unsigned),
        1 => Just(Kind::Float),
    ]
}

#[derive(Debug)]
struct Draft {
    schema: Vec<Vec<Kind>>,
    facts: Vec<(u8, [u8; 3])>,
    rules: Vec<Rule>,
}

#[derive(Clone, Debug)]
struct Rule {
    head: u8,
    arguments: [u8; 3],
    second: Option<[u8; 3]>,
    body: Vec<Condition>,
}

#[derive(Clone, Debug)]
enum Condition {
    Atom(u8, [u8; 3]),
    Not(u8, [u8; 3]),
    NotBoth([u8; 2], [u8; 3]),
    Compare(u8, u8, u8),
    Let(u8, u8),
    Test(u8, u8, u8),
    Either(u8, [u8; 3]),
    Range(u8),
    Aggregate { operator: u8, relation: u8, arguments: [u8; 3], filter: u8 },
}

fn rule() -> impl Strategy<Value = Rule> {
    let second = prop::option::weighted(0.15, any::<[u8; 3]>());
    let head = (any::<u8>(), any::<[u8; 3]>(), second);
    (head, prop::option::weighted(0.95, atom()), vec(condition(), 0..4)).prop_map(
        |(head, first, rest)| {
            let body = first.into_iter().chain(rest).collect();
            Rule { head: head.0, arguments: head.1, second: head.2, body }
        },
    )
}

fn atom() -> impl Strategy<Value = Condition> {
    any::<(u8, [u8; 3])>().prop_map(|(relation, arguments)| Condition::Atom(relation, arguments))
}

fn condition() -> impl Strategy<Value = Condition> {
    let three = any::<[u8; 3]>;
    prop_oneof![
        8 => atom(),
        2 => (any::<u8>(), three()).prop_map(|(relation, a)| Condition::Not(relation, a)),
        1 => (any::<[u8; 2]>(), three()).prop_map(|(two, a)| Condition::NotBoth(two, a)),
        2 => three().prop_map(|[sign, a, b]| Condition::Compare(sign, a, b)),
        2 => any::<[u8; 2]>().prop_map(|[kind, a]| Condition::Let(kind, a)),
        1 => three().prop_map(|[test, a, b]| Condition::Test(test, a, b)),
        1 => (any::<u8>(), three()).prop_map(|(relation, a)| Condition::Either(relation, a)),
        1 => any::<u8>().prop_map(Condition::Range),
        2 => (any::<[u8; 3]>(), three()).prop_map(|([operator, relation, filter], arguments)| {
            Condition::Aggregate { operator, relation, arguments, filter }
        }),
    ]
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Number => "number",
            Kind::Symbol => "symbol",
            Kind::Unsigned => "unsigned",
            Kind::Float => "float",
        }
    }

    fn constant(self, choice: u8) -> &'static str {
        let pick = |from: &[&'static str]| from[usize::from(choice) % from.len()];
        match self {
            Kind::Number => pick(&["0", "1", "2", "3", "-1", "-2", "0x3"]),
            Kind::Symbol => pick(&["\"a\"", "\"b\"", "\"\"", "\"ab\"", "\"1\"", "\"-2\"", "\"x\""]),
            Kind::Unsigned => pick(&["0", "1", "2u", "3"]),
            Kind::Float => pick(&["0.0", "1.0", "0.5", "-1.5", "2.0"]),
        }
    }
}

/// The variables that a body has bound so far.
#[derive(Clone, Default)]
struct Scope {
    bound: Vec<(String, Kind)>,
    made: usize,
}

impl Scope {
    fn of(&self, kind: Kind) -> Vec<&str> {
        let same = self.bound.iter().filter(|(_, other)| *other == kind);
        same.map(|(name, _)| name.as_str()).collect()
    }

    fn pick(&self, kind: Kind, choice: u8) -> Option<String> {
        let known = self.of(kind);
        let at = usize::from(choice).checked_rem(known.len())?;
        Some(known[at].to_owned())
    }

    fn fresh(&mut self, kind: Kind) -> String {
        let names = ["x", "y", "z", "v", "w"];
        let name = match names.get(self.made) {
            Some(name) => (*name).to_owned(),
            None => format!("v{}", self.made),
        };
        self.made += 1;
        self.bound.push((name.clone(), kind));
        name
    }

    /// An argument that may bind a variable.
    fn binding(&mut self, kind: Kind, choice: u8) -> String {
        match choice % 16 {
            7 => kind.constant(choice / 16).to_owned(),
            14 | 15 => "_".to_owned(),
            8..14 => self.fresh(kind),
            _ => self.pick(kind, choice / 16).unwrap_or_else(|| self.fresh(kind)),
        }
    }

    /// An argument that binds nothing.
    fn bound(&self, kind: Kind, choice: u8) -> String {
        if choice % 8 == 7 { "_".to_owned() } else { self.value(kind, choice) }
    }

    /// A plain value.
    fn value(&self, kind: Kind, choice: u8) -> String {
        let constant = || kind.constant(choice / 8).to_owned();
        if choice % 8 == 6 {
            constant()
        } else {
            self.pick(kind, choice / 8).unwrap_or_else(constant)
        }
    }

    /// A value that may be computed; computed values stay within bounds.
    fn computed(&self, kind: Kind, choice: u8) -> String {
        let a = self.value(kind, choice);
        let b = self.value(kind, choice.rotate_left(3));
        let other = |kind: Kind| self.value(kind, choice.rotate_left(5));
        match (kind, choice % 24) {
            (Kind::Number, 12) => format!("({a} + {b}) % 5"),
            (Kind::Number, 13) => format!("({a} * {b} - 1) % 4"),
            (Kind::Number, 14) => format!("{a} / {b}"),
            (Kind::Number, 15) => format!("{a} % {b}"),
            (Kind::Number, 16) => format!("max({a}, {b}, 1)"),
            (Kind::Number, 17) => format!("strlen({})", other(Kind::Symbol)),
            (Kind::Number, 18) => format!("to_number({}) % 5", other(Kind::Symbol)),
            (Kind::Number, 19) => format!("ftoi({})", other(Kind::Float)),
            (Kind::Number, 20) => format!("({a} band 3) bxor ({b} lor 0)"),
            (Kind::Number, 21) => format!("-{b} % 3"),
            (Kind::Number, 22) => format!("utoi({}) % 4", other(Kind::Unsigned)),
            (Kind::Symbol, 12..=14) => format!("substr(cat({a}, {b}), 0, 2)"),
            (Kind::Symbol, 15) => format!("substr({a}, 1, 1)"),
            (Kind::Symbol, 16) => format!("min({a}, {b})"),
            (Kind::Symbol, 17..=18) => format!("to_string({} % 3)", other(Kind::Number)),
            (Kind::Unsigned, 12) => format!("({a} + {b}) % 4"),
            (Kind::Unsigned, 13) => format!("({a} - {b}) % 3"),
            (Kind::Unsigned, 14) => format!("{a} / {b}"),
            (Kind::Unsigned, 15) => format!("itou({}) % 4", other(Kind::Number)),
            (Kind::Float, 12) => format!("max(min({a} + {b}, 4.0), -4.0)"),
            (Kind::Float, 13) => format!("min({a}, {b})"),
            (Kind::Float, 14) => format!("itof({} % 5)", other(Kind::Number)),
            _ => a,
        }
    }
}

impl Draft {
    fn write(&self) -> String {
        let mut text = String::new();
        for (index, columns) in self.schema.iter().enumerate() {
            let columns = columns.iter().zip(["a", "b", "c"]);
            let columns: Vec<String> =
                columns.map(|(kind, name)| format!("{name}: {}", kind.name())).collect();
            writeln!(text, ".decl r{index}({})", columns.join(", ")).unwrap();
        }
        for (relation, values) in &self.facts {
            // One fact in eight is of a relation that rules conclude as well.
            let all = if relation % 8 == 7 { self.schema.len() } else { BASE };
            let relation = usize::from(relation / 8) % all;
            let columns = self.schema[relation].iter().zip(values);
            let values: Vec<&str> = columns.map(|(kind, choice)| kind.constant(*choice)).collect();
            writeln!(text, "r{relation}({}).", values.join(", ")).unwrap();
        }
        for rule in &self.rules {
            self.rule(rule, &mut text);
        }
        text
    }

    /// The level of a relation: facts are of the lowest, then two relations a level.
    fn level(&self, relation: usize) -> usize {
        if relation < BASE { 0 } else { 1 + (relation - BASE) / 2 }
    }

    /// A relation of at most this level; every other time one of facts.
    fn up_to(&self, level: usize, choice: u8) -> usize {
        let below = (0..self.schema.len()).filter(|index| self.level(*index) <= level).count();
        let among = if choice.is_multiple_of(2) { BASE } else { below };
        usize::from(choice / 2) % among
    }

    fn rule(&self, rule: &Rule, text: &mut String) {
        let head = BASE + usize::from(rule.head) % (self.schema.len() - BASE);
        let level = self.level(head);
        let mut scope = Scope::default();
        let mut body = Vec::new();
        for condition in &rule.body {
            body.extend(self.condition(condition, level, &mut scope));
        }
        let mut heads = vec![self.head(head, rule.arguments, &scope)];
        if let Some(arguments) = rule.second {
            let partner = (BASE..self.schema.len())
                .find(|other| *other != head && self.level(*other) == level)
                .unwrap_or(head);
            heads.push(self.head(partner, arguments, &scope));
        }
        match body.is_empty() {
            // Facts stand one by one.
            true => heads.iter().for_each(|head| writeln!(text, "{head}.").unwrap()),
            false => writeln!(text, "{} :- {}.", heads.join(", "), body.join(", ")).unwrap(),
        }
    }

    fn head(&self, relation: usize, arguments: [u8; 3], scope: &Scope) -> String {
        self.atom(relation, arguments, |kind, choice| scope.computed(kind, choice))
    }

    fn atom(
        &self,
        relation: usize,
        arguments: [u8; 3],
        mut argument: impl FnMut(Kind, u8) -> String,
    ) -> String {
        let columns = self.schema[relation].iter().zip(arguments);
        let arguments: Vec<String> =
            columns.map(|(kind, choice)| argument(*kind, choice)).collect();
        format!("r{relation}({})", arguments.join(", "))
    }

    fn condition(&self, condition: &Condition, level: usize, scope: &mut Scope) -> Option<String> {
        let below = level - 1;
        Some(match condition {
            Condition::Atom(relation, arguments) => {
                let relation = self.up_to(level, *relation);
                self.atom(relation, *arguments, |kind, choice| scope.binding(kind, choice))
            }
            Condition::Not(relation, arguments) => {
                let relation = self.up_to(below, *relation);
                let atom =
                    self.atom(relation, *arguments, |kind, choice| scope.bound(kind, choice));
                format!("!{atom}")
            }
            Condition::NotBoth(relations, arguments) => {
                let [one, other] = relations.map(|relation| {
                    let relation = self.up_to(below, relation);
                    self.atom(relation, *arguments, |kind, choice| scope.bound(kind, choice))
                });
                let joint = if arguments[0] % 2 == 0 { "," } else { ";" };
                format!("!({one}{joint} !{other})")
            }
            Condition::Compare(sign, a, b) => {
                let sign = ["=", "!=", "<", "<=", ">", ">="][usize::from(*sign) % 6];
                let kind = scope.bound.get(usize::from(*a) % scope.bound.len().max(1))?.1;
                let (left, right) = (scope.value(kind, *a), scope.computed(kind, *b));
                format!("{left} {sign} {right}")
            }
            Condition::Let(kind, value) => {
                let kinds = [Kind::Number, Kind::Symbol, Kind::Unsigned, Kind::Float];
                let kind = kinds[usize::from(*kind) % kinds.len()];
                let value = scope.computed(kind, *value);
                let adapts = scope.of(kind).is_empty() && kind == Kind::Unsigned;
                // A lone `1` would be read as a number.
                let value = if adapts { "2u".to_owned() } else { value };
                format!("{} = {value}", scope.fresh(kind))
            }
            Condition::Test(test, a, b) => {
                let (part, whole) = (scope.value(Kind::Symbol, *a), scope.value(Kind::Symbol, *b));
                match test % 4 {
                    0 => format!("contains({part}, {whole})"),
                    1 => format!("!contains({part}, {whole})"),
                    2 => format!("match(\"a.*|1\", {whole})"),
                    _ => format!("!match(\"[ab]?\", {whole})"),
                }
            }
            Condition::Either(relation, arguments) => {
                let relation = self.up_to(level, *relation);
                let one = self.atom(relation, *arguments, |kind, choice| {
                    scope.binding(kind, if choice % 16 >= 14 { choice - 2 } else { choice })
                });
                let same = |other: &usize| {
                    *other != relation
                        && self.level(*other) <= level
                        && self.schema[*other] == self.schema[relation]
                };
                let other = (0..self.schema.len()).find(same).unwrap_or(relation);
                let other = one.replacen(&format!("r{relation}("), &format!("r{other}("), 1);
                let seen = if arguments[0] % 3 == 0 { format!("{one}, true") } else { one };
                format!("({seen}; {other})")
            }
            Condition::Range(choice) => {
                let to = scope.value(Kind::Number, *choice);
                let step = if choice % 3 == 0 { ", 2" } else { "" };
                format!("{} = range(-1, {to}{step})", scope.fresh(Kind::Number))
            }
            Condition::Aggregate { operator, relation, arguments, filter } => {
                self.aggregate(*operator, self.up_to(below, *relation), *arguments, *filter, scope)
            }
        })
    }

    fn aggregate(
        &self,
        operator: u8,
        relation: usize,
        arguments: [u8; 3],
        filter: u8,
        scope: &mut Scope,
    ) -> String {
        let mut inner = scope.clone();
        let known = inner.bound.len();
        let atom = self.atom(relation, arguments, |kind, choice| inner.binding(kind, choice));
        let own: Vec<(String, Kind)> = inner.bound[known..].to_vec();
        scope.made = inner.made;
        let numeric = own.iter().find(|(_, kind)| *kind != Kind::Symbol).cloned();
        let filter = match own.first() {
            Some((name, kind)) if filter.is_multiple_of(3) => {
                format!(", {name} != {}", kind.constant(filter / 3))
            }
            _ => String::new(),
        };
        let body = format!("{{ {atom}{filter} }}");
        match (operator % 5, numeric, own.first().cloned()) {
            (1, Some((target, kind)), _) => {
                format!("{} = sum {target} : {body}", scope.fresh(kind))
            }
            (2, _, Some((target, kind))) => {
                format!("{} = min {target} : {body}", scope.fresh(kind))
            }
            (3, _, Some((target, kind))) => {
                format!("{} = max {target} : {body}", scope.fresh(kind))
            }
            (4, Some((target, _)), _) => format!("1.0 <= mean {target} : {body}"),
            _ => format!("{} = count : {body}", scope.fresh(Kind::Number)),
        }
    }
}

/// Programs some of whose relations are equivalences, choose among candidates, or lose tuples that
/// others make superfluous, where that is asked for.
pub fn guarded_programs(subsumes: bool) -> impl Strategy<Value = Sample> {
    (programs(), vec((0..6u8, any::<[u8; 2]>()), 12)).prop_map(move |(sample, choices)| {
        let mut text = String::new();
        let mut choices = choices.into_iter();
        for line in sample.text.lines() {
            text.push_str(line);
            let declared = line.strip_prefix(".decl ").and_then(|it| it.split_once('('));
            let columns = declared.map(|(name, rest)| {
                let columns =
                    rest.trim_end_matches(')').split(", ").filter_map(|it| it.split_once(": "));
                (name, columns.collect::<Vec<_>>())
            });
            match (columns, choices.next()) {
                (Some((_, columns)), Some((0, _)))
                    if columns.len() == 2 && columns[0].1 == columns[1].1 =>
                {
                    text.push_str(" eqrel");
                }
                (Some((_, columns)), Some((1 | 2, [a, b]))) if !columns.is_empty() => {
                    let column = |at: u8| columns[usize::from(at) % columns.len()].0;
                    match (a % 3, column(a), column(b)) {
                        (0, a, b) if a != b => write!(text, " choice-domain ({a}, {b})"),
                        (1, a, b) if a != b => write!(text, " choice-domain {a}, {b}"),
                        (_, a, _) => write!(text, " choice-domain {a}"),
                    }
                    .unwrap();
                }
                (Some((name, columns)), Some((3 | 4, [a, _])))
                    if subsumes && !columns.is_empty() =>
                {
                    let at = usize::from(a) % columns.len();
                    let side = |mark: &str| {
                        let name = |column: usize| match column == at {
                            true => format!("v{mark}"),
                            false => format!("k{column}"),
                        };
                        (0..columns.len()).map(name).collect::<Vec<_>>().join(", ")
                    };
                    let (less, greater) = (side("1"), side("2"));
                    write!(text, "\n{name}({less}) <= {name}({greater}) :- v1 < v2.").unwrap();
                }
                _ => {}
            }
            text.push('\n');
        }
        Sample { text }
    })
}
