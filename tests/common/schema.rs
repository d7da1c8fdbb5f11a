//! What a JSON schema says of a value, as far as the schema of SARIF goes (draft 7 without
//! references to other documents). A word of the language that is not known here fails loudly, so
//! that nothing is passed over.

use regex::Regex;
use serde_json::Value;

/// Words that demand nothing.
const WORDS: [&str; 6] = ["description", "default", "title", "$schema", "$id", "definitions"];

/// Everything in which a value departs from a schema, each with the place in the value.
pub fn departures(schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    Checker { root: schema }.check(schema, value, "", &mut found);
    found
}

struct Checker<'a> {
    root: &'a Value,
}

impl Checker<'_> {
    fn check(&self, schema: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
        let Some(rules) = schema.as_object() else {
            if schema == &Value::Bool(false) {
                found.push(format!("{place}: nothing may be here"));
            }
            return;
        };
        for (word, wanted) in rules {
            if let Some(problem) = self.word(word, wanted, rules, value, place, found) {
                found.push(format!("{place}: {problem}"));
            }
        }
    }

    fn word(
        &self,
        word: &str,
        wanted: &Value,
        rules: &serde_json::Map<String, Value>,
        value: &Value,
        place: &str,
        found: &mut Vec<String>,
    ) -> Option<String> {
        let is = |holds: bool| (!holds).then(|| format!("{value} departs from {word} {wanted}"));
        match word {
            _ if WORDS.contains(&word) => None,
            "$ref" => {
                let path = wanted.as_str()?.strip_prefix('#').expect("a place in the schema");
                let schema = self.root.pointer(path).expect("it is there");
                self.check(schema, value, place, found);
                None
            }
            "type" => match wanted {
                Value::String(name) => is(is_of(value, name)),
                Value::Array(names) => {
                    is(names.iter().any(|name| is_of(value, name.as_str().expect("a name"))))
                }
                _ => panic!("type {wanted}"),
            },
            "enum" => is(wanted.as_array().expect("values").contains(value)),
            "required" => {
                let names = wanted.as_array().expect("names").iter().filter_map(Value::as_str);
                let object = value.as_object()?;
                is(names.into_iter().all(|name| object.contains_key(name)))
            }
            "properties" => {
                for (name, schema) in wanted.as_object()? {
                    if let Some(value) = value.get(name) {
                        self.check(schema, value, &format!("{place}/{name}"), found);
                    }
                }
                None
            }
            "additionalProperties" => {
                let known = rules.get("properties").and_then(Value::as_object);
                for (name, value) in value.as_object()? {
                    if !known.is_some_and(|known| known.contains_key(name)) {
                        self.check(wanted, value, &format!("{place}/{name}"), found);
                    }
                }
                None
            }
            "items" => {
                for (at, value) in value.as_array()?.iter().enumerate() {
                    self.check(wanted, value, &format!("{place}/{at}"), found);
                }
                None
            }
            "minItems" => is(value.as_array()?.len() as u64 >= wanted.as_u64()?),
            "uniqueItems" => {
                let items = value.as_array()?;
                let twice = |(at, item): (usize, &Value)| items[..at].contains(item);
                is(wanted != &Value::Bool(true) || !items.iter().enumerate().any(twice))
            }
            "minimum" => is(value.as_f64()? >= wanted.as_f64()?),
            "maximum" => is(value.as_f64()? <= wanted.as_f64()?),
            "pattern" => {
                let pattern = Regex::new(wanted.as_str()?).expect("a pattern");
                is(pattern.is_match(value.as_str()?))
            }
            "format" => match (wanted.as_str()?, value.as_str()?) {
                ("uri", text) => is(text.contains(':') && is_uri(text)),
                ("uri-reference", text) => is(is_uri(text)),
                // Nothing that we write has one.
                ("date-time", _) => is(false),
                _ => panic!("format {wanted}"),
            },
            "anyOf" | "oneOf" => {
                let fits = |schema: &&Value| {
                    let mut found = Vec::new();
                    self.check(schema, value, place, &mut found);
                    found.is_empty()
                };
                let fitting = wanted.as_array()?.iter().filter(fits).count();
                is(fitting == 1 || fitting > 1 && word == "anyOf")
            }
            _ => panic!("`{word}` is not known here"),
        }
    }
}

fn is_of(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "null" => value.is_null(),
        _ => panic!("type {name}"),
    }
}

/// What RFC 3986 allows to stand in a reference.
fn is_uri(text: &str) -> bool {
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte);
    text.bytes().all(plain)
}
