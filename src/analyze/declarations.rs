//! What a program declares: types and relations, by name. Nothing else looks a name up.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::diag::{Diagnostic, Span};
use crate::syntax::tree::{
    Atom, ColumnDeclaration, Declaration, Item, Name, Tree, TypeBody, TypeDeclaration,
};
use crate::value::{Primitive, RelationId, TypeId};

use super::error;
use super::program::{Branch, Column, Program, Relation, Type};

/// All declared names of a program.
#[derive(Clone, Debug, Default)]
pub struct Declarations {
    /// All types, the four built-in ones first.
    pub types: Vec<Type>,
    /// All relations, in order of declaration.
    pub relations: Vec<Arc<Relation>>,
    types_by_name: FxHashMap<String, TypeId>,
    relations_by_name: FxHashMap<String, RelationId>,
    /// The type of each branch, and its place there.
    branches_by_name: FxHashMap<String, (TypeId, u32)>,
}

fn branches_by_name(types: &[Type]) -> FxHashMap<String, (TypeId, u32)> {
    let branches = types.iter().enumerate().flat_map(|(id, ty)| {
        let id = TypeId::from(id);
        ty.branches.iter().zip(0..).map(move |(branch, at)| (branch.name.clone(), (id, at)))
    });
    branches.filter(|(name, _)| !name.is_empty()).collect()
}

const PRIMITIVES: [Primitive; 4] =
    [Primitive::Symbol, Primitive::Number, Primitive::Unsigned, Primitive::Float];

impl Declarations {
    /// What the trees declare. Declarations may stand behind their uses.
    pub fn collect<'a>(
        trees: impl Iterator<Item = &'a Tree> + Clone,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut declarations = Declarations::default();
        for primitive in PRIMITIVES {
            let name = primitive.name().to_owned();
            let ty = Type {
                name: name.clone(),
                primitive,
                base: None,
                members: Vec::new(),
                branches: Vec::new(),
            };
            declarations.types_by_name.insert(name, TypeId::from(declarations.types.len()));
            declarations.types.push(ty);
        }
        let items = || trees.clone().flat_map(|tree| &tree.items);
        let types: Vec<&TypeDeclaration> = items()
            .filter_map(|item| match item {
                Item::Type(declaration) => Some(declaration),
                _ => None,
            })
            .collect();
        declarations.collect_types(&types, diagnostics);
        let named: FxHashMap<&str, Span> =
            types.iter().map(|it| (it.name.text.as_str(), it.name.span)).collect();
        for item in items() {
            let Item::Declaration(declaration) = item else { continue };
            for name in &declaration.names {
                if let Some(ty) = named.get(name.text.as_str()) {
                    diagnostics.push(error::declared_twice(name.span, &name.text, *ty));
                }
            }
            declarations.declare(declaration, diagnostics);
        }
        declarations
    }

    /// The declarations of an analyzed program.
    pub fn of(program: &Program) -> Self {
        let by_name = |(index, name): (usize, &String)| (name.clone(), index);
        Declarations {
            types_by_name: (program.types.iter().map(|ty| &ty.name).enumerate().map(by_name))
                .map(|(name, index)| (name, TypeId::from(index)))
                .collect(),
            relations_by_name: (program.relations.iter().map(|relation| &relation.name))
                .enumerate()
                .map(by_name)
                .map(|(name, index)| (name, RelationId::from(index)))
                .collect(),
            branches_by_name: branches_by_name(&program.types),
            types: program.types.clone(),
            relations: program.relations.clone(),
        }
    }

    /// The type of a branch, and its place there; the problem that there is none.
    pub fn branch(&self, name: &Name) -> Result<(TypeId, u32), Diagnostic> {
        let known = self.branches_by_name.keys().map(String::as_str);
        let found = self.branches_by_name.get(&name.text).copied();
        found.ok_or_else(|| error::unknown_branch(name.span, &name.text, known))
    }

    /// The relation of a name.
    pub fn relation(&self, name: &str) -> Option<RelationId> {
        self.relations_by_name.get(name).copied()
    }

    /// The relation of a name, or the problem that there is none.
    pub fn resolve(&self, name: &Name, diagnostics: &mut Vec<Diagnostic>) -> Option<RelationId> {
        let found = self.relation(&name.text);
        if found.is_none() {
            let known = self.relations.iter().map(|relation| relation.name.as_str());
            diagnostics.push(error::unknown_relation(name.span, &name.text, known));
        }
        found
    }

    /// The relation of a head, or the problem that there is none.
    pub fn resolve_head(
        &self,
        head: &Atom,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<RelationId> {
        let found = self.relation(&head.name.text);
        if found.is_none() {
            let known = self.relations.iter().map(|relation| relation.name.as_str());
            diagnostics.push(error::undeclared_head(head, known));
        }
        found
    }

    /// The type of a column's or other place's primitive.
    pub fn built_in(&self, primitive: Primitive) -> TypeId {
        let index = PRIMITIVES.iter().position(|other| *other == primitive).unwrap_or_default();
        TypeId::from(index)
    }

    /// The type of an id.
    pub fn ty(&self, id: TypeId) -> &Type {
        &self.types[id.index()]
    }

    /// Whether every value of one type is a value of the other. A union is what its members are, so
    /// two unions of the same members are one.
    pub fn is_subtype(&self, sub: TypeId, of: TypeId) -> bool {
        let (small, large) = (self.ty(sub), self.ty(of));
        let all = |members: &[TypeId]| {
            !members.is_empty() && members.iter().all(|member| self.is_subtype(*member, of))
        };
        sub == of
            || small.base.is_some_and(|base| self.is_subtype(base, of))
            || all(&small.members)
            || large.members.iter().any(|member| self.is_subtype(sub, *member))
    }

    /// The widest types that are within both of two types: the narrower one of them, or what two unions
    /// have in common. None where no value is of both.
    pub fn common(&self, a: TypeId, b: TypeId) -> Vec<TypeId> {
        if self.is_subtype(a, b) {
            return vec![a];
        }
        if self.is_subtype(b, a) {
            return vec![b];
        }
        let (mut found, mut open) = (Vec::new(), Vec::new());
        if !self.ty(b).members.is_empty() {
            open.extend_from_slice(&self.ty(a).members);
        }
        while let Some(member) = open.pop() {
            match self.is_subtype(member, b) {
                true if !found.contains(&member) => found.push(member),
                true => {}
                false => open.extend_from_slice(&self.ty(member).members),
            }
        }
        found.sort_unstable();
        found
    }

    /// Adds a relation that no text declares, such as the answers of a goal.
    pub fn add_relation(&mut self, relation: Relation) -> RelationId {
        let id = RelationId::from(self.relations.len());
        self.relations_by_name.insert(relation.name.clone(), id);
        self.relations.push(Arc::new(relation));
        id
    }

    /// Gives a column of an added relation its type.
    pub fn set_column(&mut self, relation: RelationId, column: usize, primitive: Primitive) {
        let ty = self.built_in(primitive);
        let found = self.relations.get_mut(relation.index()).map(Arc::make_mut);
        if let Some(column) = found.and_then(|relation| relation.columns.get_mut(column)) {
            column.ty = ty;
            column.primitive = primitive;
        }
    }

    fn declare(&mut self, declaration: &Declaration, diagnostics: &mut Vec<Diagnostic>) {
        let mut columns: Vec<(Column, Span)> = Vec::with_capacity(declaration.columns.len());
        for column in &declaration.columns {
            let name = &column.name;
            if let Some((_, first)) = columns.iter().find(|(other, _)| other.name == name.text) {
                diagnostics.push(error::name_twice(name.span, "columns", &name.text, *first));
            }
            let ty = self.resolve_type(&column.ty, diagnostics);
            let primitive = self.ty(ty).primitive;
            columns.push((Column { name: name.text.clone(), ty, primitive }, name.span));
        }
        let columns: Vec<Column> = columns.into_iter().map(|(column, _)| column).collect();
        let mut choices = Vec::with_capacity(declaration.choices.len());
        for choice in &declaration.choices {
            let mut found = Vec::with_capacity(choice.len());
            for name in choice {
                match columns.iter().position(|column| column.name == name.text) {
                    Some(column) => found.push(column),
                    None => {
                        let known = columns.iter().map(|column| column.name.as_str());
                        diagnostics.push(error::unknown_choice(name.span, &name.text, known));
                    }
                }
            }
            choices.push(found);
        }
        if let Some(qualifier) = declaration.qualifiers.iter().find(|it| it.text == "eqrel")
            && !matches!(columns.as_slice(), [one, other] if one.ty == other.ty)
        {
            diagnostics.push(error::no_equivalence(qualifier.span));
        }
        for name in &declaration.names {
            if let Some(first) = self.relation(&name.text) {
                let first = self.relations[first.index()].span;
                diagnostics.push(error::declared_twice(name.span, &name.text, first));
                continue;
            }
            self.add_relation(Relation {
                name: name.text.clone(),
                columns: columns.clone(),
                choices: choices.clone(),
                span: name.span,
                doc: declaration.doc.clone(),
            });
        }
    }

    fn fields(
        &self,
        fields: &[ColumnDeclaration],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Vec<(String, TypeId)> {
        let mut seen: FxHashMap<&str, Span> = FxHashMap::default();
        let mut found = Vec::with_capacity(fields.len());
        for field in fields {
            let name = &field.name;
            if let Some(first) = seen.insert(&name.text, name.span) {
                diagnostics.push(error::name_twice(name.span, "fields", &name.text, first));
            }
            found.push((name.text.clone(), self.resolve_type(&field.ty, diagnostics)));
        }
        found
    }

    fn resolve_type(&self, name: &Name, diagnostics: &mut Vec<Diagnostic>) -> TypeId {
        match self.types_by_name.get(&name.text) {
            Some(id) => *id,
            None => {
                let known = self.types.iter().map(|ty| ty.name.as_str());
                diagnostics.push(error::unknown_type(name.span, &name.text, known));
                self.built_in(Primitive::Symbol)
            }
        }
    }

    fn collect_types(&mut self, types: &[&TypeDeclaration], diagnostics: &mut Vec<Diagnostic>) {
        let mut spans: FxHashMap<TypeId, Span> = FxHashMap::default();
        let mut declared: Vec<(TypeId, &TypeDeclaration)> = Vec::with_capacity(types.len());
        for declaration in types {
            let name = &declaration.name;
            if let Some(first) = self.types_by_name.get(&name.text) {
                diagnostics.push(match spans.get(first) {
                    Some(first) => error::declared_twice(name.span, &name.text, *first),
                    None => error::declared_built_in(name.span, &name.text),
                });
                continue;
            }
            let id = TypeId::from(self.types.len());
            self.types_by_name.insert(name.text.clone(), id);
            spans.insert(id, name.span);
            self.types.push(Type {
                name: name.text.clone(),
                primitive: Primitive::Symbol,
                base: None,
                members: Vec::new(),
                branches: Vec::new(),
            });
            declared.push((id, declaration));
        }
        let mut branch_spans: FxHashMap<&str, Span> = FxHashMap::default();
        for (id, declaration) in &declared {
            match &declaration.body {
                TypeBody::Subtype(name) => {
                    let base = self.resolve_type(name, diagnostics);
                    let is_union = |body: &TypeBody| match body {
                        TypeBody::Union(members) => members.len() > 1,
                        _ => false,
                    };
                    let union =
                        types.iter().find(|it| it.name.text == name.text && is_union(&it.body));
                    if let Some(union) = union {
                        let declared = union.name.span;
                        diagnostics.push(error::part_of_union(name.span, &name.text, declared));
                    }
                    self.types[id.index()].base = Some(base);
                }
                TypeBody::Record(fields) => {
                    let fields = self.fields(fields, diagnostics);
                    let name = String::new();
                    self.types[id.index()].branches = vec![Branch { name, fields }];
                }
                TypeBody::Sum(branches) => {
                    for (name, fields) in branches {
                        let fields = self.fields(fields, diagnostics);
                        let place = self.types[id.index()].branches.len() as u32;
                        if let Some(before) = branch_spans.insert(&name.text, name.span) {
                            let twice = error::declared_twice(name.span, &name.text, before);
                            diagnostics.push(twice);
                        }
                        self.branches_by_name.insert(name.text.clone(), (*id, place));
                        let name = name.text.clone();
                        self.types[id.index()].branches.push(Branch { name, fields });
                    }
                }
                TypeBody::Union(members) => {
                    let members = members.iter().map(|it| self.resolve_type(it, diagnostics));
                    let members = members.collect();
                    self.types[id.index()].members = members;
                }
            }
        }
        self.settle_primitives(&declared, diagnostics);
    }

    /// Gives every declared type the primitive below it, and finds types that have none.
    fn settle_primitives(
        &mut self,
        declared: &[(TypeId, &TypeDeclaration)],
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let mut settled: FxHashMap<TypeId, Primitive> = FxHashMap::default();
        for (index, primitive) in PRIMITIVES.into_iter().enumerate() {
            settled.insert(TypeId::from(index), primitive);
        }
        for (id, declaration) in declared {
            if matches!(declaration.body, TypeBody::Record(_) | TypeBody::Sum(_)) {
                settled.insert(*id, Primitive::Record);
            }
        }
        loop {
            let before = settled.len();
            for (id, declaration) in declared {
                if settled.contains_key(id) {
                    continue;
                }
                let parts: Vec<&Name> = match &declaration.body {
                    TypeBody::Subtype(base) => vec![base],
                    TypeBody::Union(members) => members.iter().collect(),
                    TypeBody::Record(_) | TypeBody::Sum(_) => continue,
                };
                let known: Vec<Option<Primitive>> = parts
                    .iter()
                    .map(|part| match self.types_by_name.get(&part.text) {
                        Some(part) => settled.get(part).copied(),
                        None => Some(Primitive::Symbol),
                    })
                    .collect();
                let (Some(Some(first)), true) = (known.first(), known.iter().all(Option::is_some))
                else {
                    continue;
                };
                if let Some(other) = known.iter().flatten().find(|other| *other != first) {
                    let name = &declaration.name;
                    diagnostics.push(error::mixed_union(name.span, &name.text, *first, *other));
                }
                settled.insert(*id, *first);
            }
            if settled.len() == before {
                break;
            }
        }
        for (id, declaration) in declared {
            match settled.get(id) {
                Some(primitive) => {
                    self.types[id.index()].primitive = *primitive;
                    let is_whole = !self.types[id.index()].branches.is_empty();
                    if *primitive == Primitive::Record && !is_whole {
                        let name = &declaration.name;
                        diagnostics.push(error::part_of_records(name.span, &name.text));
                    }
                }
                None => {
                    let name = &declaration.name;
                    diagnostics.push(error::cyclic_type(name.span, &name.text));
                    // Cut loose, so that walking upwards ends.
                    self.types[id.index()].base = None;
                    self.types[id.index()].members.clear();
                }
            }
        }
    }
}
