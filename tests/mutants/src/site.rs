//! Where the changes of a file sit, and the text that holds both: the source as it is, and what each change makes of it.

use std::collections::BTreeMap;
use std::ops::Range;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::change::{Change, Genre};

/// A piece of a file with its changes, each by number.
pub struct Site {
    pub range: Range<usize>,
    pub form: Form,
}

pub enum Form {
    /// The beginning of a function's body: what it may return at once.
    Body(Vec<(usize, String)>),
    Binary {
        left: Range<usize>,
        operator: Range<usize>,
        right: Range<usize>,
        changes: Vec<(usize, String)>,
    },
    Unary {
        operand: Range<usize>,
        change: usize,
    },
    /// What follows an arm's pattern. Without a guard the range is empty.
    Guard {
        guarded: bool,
        deleted: Option<usize>,
        always: Option<usize>,
        never: Option<usize>,
    },
    /// A field's value, and the one that the base of the struct has.
    Field {
        name: String,
        value: Option<Range<usize>>,
        base: String,
        change: usize,
    },
}

/// The places of a file that changes can name by their first byte.
#[derive(Default)]
struct Places {
    lines: Vec<usize>,
    binaries: BTreeMap<usize, [Range<usize>; 3]>,
    unaries: BTreeMap<usize, Range<usize>>,
    arms: BTreeMap<usize, (usize, Option<Range<usize>>)>,
    guards: BTreeMap<usize, Range<usize>>,
    fields: BTreeMap<usize, Field>,
}

/// A field of a struct that is built.
struct Field {
    name: String,
    value: Option<Range<usize>>,
    of: Range<usize>,
    base: Option<Range<usize>>,
}

/// The sites of the changes of one file; and the changes that no site can hold.
pub fn sites(text: &str, changes: &[&Change]) -> Result<(Vec<Site>, Vec<usize>), syn::Error> {
    let file = syn::parse_file(text)?;
    let mut places = Places { lines: line_starts(text), ..Places::default() };
    places.visit_file(&file);
    let byte = |line: usize, column: usize| offset(text, &places.lines, line, column - 1);
    let mut sites: BTreeMap<(usize, u8), Site> = BTreeMap::new();
    let mut alone = Vec::new();
    for change in changes {
        let start = byte(change.start.0, change.start.1);
        let number = change.number;
        match change.genre {
            Genre::Body if change.returns.contains("impl ") => alone.push(number),
            Genre::Body => {
                let site = sites
                    .entry((start, 0))
                    .or_insert_with(|| Site { range: start..start, form: Form::Body(Vec::new()) });
                if let Form::Body(changes) = &mut site.form {
                    changes.push((number, change.replacement.clone()));
                }
            }
            Genre::Binary => match places.binaries.get(&start) {
                None => alone.push(number),
                Some([left, operator, right]) => {
                    let form = || Form::Binary {
                        left: left.clone(),
                        operator: operator.clone(),
                        right: right.clone(),
                        changes: Vec::new(),
                    };
                    let site = sites
                        .entry((operator.start, 1))
                        .or_insert_with(|| Site { range: left.start..right.end, form: form() });
                    if let Form::Binary { changes, .. } = &mut site.form {
                        changes.push((number, change.replacement.clone()));
                    }
                }
            },
            Genre::Unary => match places.unaries.get(&start) {
                None => alone.push(number),
                Some(operand) => {
                    let form = Form::Unary { operand: operand.clone(), change: number };
                    sites.insert((start, 2), Site { range: start..operand.end, form });
                }
            },
            Genre::Arm | Genre::Guard => {
                let (at, guard) = match (change.genre, places.arms.get(&start), places.guards.get(&start)) {
                    (Genre::Arm, Some((pattern, None)), _) => (*pattern, None),
                    (Genre::Arm, Some((_, Some(guard))), _) | (Genre::Guard, _, Some(guard)) => {
                        (guard.start, Some(guard.clone()))
                    }
                    _ => {
                        alone.push(number);
                        continue;
                    }
                };
                let site = sites.entry((at, 3)).or_insert_with(|| Site {
                    form: Form::Guard { guarded: guard.is_some(), deleted: None, always: None, never: None },
                    range: guard.unwrap_or(at..at),
                });
                if let Form::Guard { deleted, always, never, .. } = &mut site.form {
                    let place = match (change.genre, change.replacement.as_str()) {
                        (Genre::Arm, _) => deleted,
                        (_, "true") => always,
                        _ => never,
                    };
                    *place = Some(number);
                }
            }
            Genre::Field => match places.fields.get(&start) {
                None => alone.push(number),
                Some(Field { name, value, of, base }) => {
                    let Some(base) = base else {
                        alone.push(number);
                        continue;
                    };
                    let base = match &text[base.clone()] {
                        "Default::default()" => {
                            format!("<{} as ::std::default::Default>::default()", &text[of.clone()])
                        }
                        other => other.to_owned(),
                    };
                    let range = value.clone().unwrap_or(start..start + name.len());
                    sites.insert(
                        (start, 4),
                        Site {
                            range,
                            form: Form::Field { name: name.clone(), value: value.clone(), base, change: number },
                        },
                    );
                }
            },
        }
    }
    let mut sites: Vec<Site> = sites.into_values().collect();
    // A body before all that is in it, then an outer site before those in it.
    sites.sort_by_key(|site| {
        let outer = matches!(site.form, Form::Guard { .. } | Form::Field { .. });
        (site.range.start, !matches!(site.form, Form::Body(_)), std::cmp::Reverse(site.range.end), !outer)
    });
    Ok((sites, alone))
}

fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect()
}

/// The byte of a line (from 1) and a column (characters, from 0).
fn offset(text: &str, lines: &[usize], line: usize, column: usize) -> usize {
    let start = lines[line - 1];
    text[start..].char_indices().nth(column).map_or(text.len(), |(at, _)| start + at)
}

fn range(node: &impl Spanned) -> Range<usize> {
    node.span().byte_range()
}

impl<'ast> Visit<'ast> for Places {
    fn visit_expr_binary(&mut self, binary: &'ast syn::ExprBinary) {
        if !chain(&binary.left) && !chain(&binary.right) {
            let ranges = [range(&binary.left), range(&binary.op), range(&binary.right)];
            self.binaries.insert(ranges[1].start, ranges);
        }
        visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_unary(&mut self, unary: &'ast syn::ExprUnary) {
        self.unaries.insert(range(&unary.op).start, range(&unary.expr));
        visit::visit_expr_unary(self, unary);
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        let guard = arm.guard.as_ref().map(|(_, guard)| guard);
        let whole = range(&arm);
        let pattern = range(&arm.pat);
        match guard {
            Some(guard) if chain(guard) => {}
            Some(guard) => {
                let guard = range(&guard);
                self.guards.insert(guard.start, guard.clone());
                self.arms.insert(whole.start, (pattern.end, Some(guard)));
            }
            None => {
                self.arms.insert(whole.start, (pattern.end, None));
            }
        }
        visit::visit_arm(self, arm);
    }

    fn visit_expr_struct(&mut self, literal: &'ast syn::ExprStruct) {
        let of = range(&literal.path);
        let base = literal.rest.as_ref().map(|rest| range(&rest));
        for field in &literal.fields {
            let syn::Member::Named(name) = &field.member else { continue };
            let value = field.colon_token.map(|_| range(&field.expr));
            let field_of = Field { name: name.to_string(), value, of: of.clone(), base: base.clone() };
            self.fields.insert(range(&field).start, field_of);
        }
        visit::visit_expr_struct(self, literal);
    }

    // What a macro holds is text, and cargo-mutants leaves it alone.
    fn visit_macro(&mut self, _: &'ast syn::Macro) {}
}

/// Whether it is a condition with a `let`, which stands only where it stands.
fn chain(expression: &syn::Expr) -> bool {
    match expression {
        syn::Expr::Let(_) => true,
        syn::Expr::Binary(binary) => chain(&binary.left) || chain(&binary.right),
        _ => false,
    }
}

/// A piece of the written text and the changes it belongs to: one, or every change of a site.
pub struct Region {
    pub range: Range<usize>,
    pub changes: Vec<usize>,
    pub whole: bool,
    /// The change that takes an arm out of its match, if the piece has one.
    pub arm: Option<usize>,
}

/// A file that holds all its changes.
pub struct Written {
    pub text: String,
    pub regions: Vec<Region>,
}

pub fn write(text: &str, sites: &[Site]) -> Written {
    let mut written = Written { text: String::with_capacity(text.len() * 2), regions: Vec::new() };
    written.copy(text, 0..text.len(), sites);
    written
}

impl Written {
    /// Copies a range of the source with the sites that lie in it.
    fn copy(&mut self, text: &str, range: Range<usize>, sites: &[Site]) {
        let mut at = range.start;
        let mut rest = sites;
        while let Some((site, more)) = rest.split_first() {
            rest = more;
            if site.range.start < at || site.range.end > range.end {
                continue;
            }
            self.text.push_str(&text[at..site.range.start]);
            at = site.range.end;
            let inner = rest.iter().take_while(|inner| inner.range.start < site.range.end).count();
            let start = self.text.len();
            let changes = self.site(text, site, &rest[..inner]);
            let arm = if let Form::Guard { deleted, .. } = &site.form { *deleted } else { None };
            self.regions.push(Region { range: start..self.text.len(), changes, whole: true, arm });
            if !site.range.is_empty() {
                rest = &rest[inner..];
            }
        }
        self.text.push_str(&text[at..range.end]);
    }

    fn branch(&mut self, number: usize, before: &str, body: &str, after: &str) {
        self.text.push_str(before);
        let start = self.text.len();
        self.text.push_str(body);
        self.regions.push(Region { range: start..self.text.len(), changes: vec![number], whole: false, arm: None });
        self.text.push_str(after);
    }

    fn site(&mut self, text: &str, site: &Site, inner: &[Site]) -> Vec<usize> {
        match &site.form {
            Form::Body(changes) => {
                for (number, value) in changes {
                    self.branch(*number, &format!("if crate::mutant::on({number}) {{ return "), value, "; } ");
                }
                changes.iter().map(|(number, _)| *number).collect()
            }
            Form::Binary { left, operator, right, changes } => {
                self.text.push('(');
                for (number, other) in changes {
                    let changed = format!("{} {other} {}", &text[left.clone()], &text[right.clone()]);
                    self.branch(*number, &format!("if crate::mutant::on({number}) {{ "), &changed, " } else ");
                }
                self.text.push_str("{ ");
                self.copy(text, left.clone(), inner);
                self.text.push_str(&format!(" {} ", &text[operator.clone()]));
                self.copy(text, right.clone(), inner);
                self.text.push_str(" })");
                changes.iter().map(|(number, _)| *number).collect()
            }
            Form::Unary { operand, change } => {
                self.branch(
                    *change,
                    &format!("(if crate::mutant::on({change}) {{ "),
                    &text[operand.clone()],
                    " } else { ",
                );
                self.text.push_str(&text[site.range.start..operand.start]);
                self.copy(text, operand.clone(), inner);
                self.text.push_str(" })");
                vec![*change]
            }
            Form::Guard { guarded, deleted, always, never } => {
                let on = |number: &usize| format!("crate::mutant::on({number})");
                if !guarded {
                    let deleted = deleted.iter().map(|number| format!(" if !{}", on(number)));
                    self.text.extend(deleted);
                } else {
                    self.text.extend(deleted.iter().map(|number| format!("!{} && ", on(number))));
                    self.text.push('(');
                    self.text.extend(always.iter().map(|number| format!("{} || ", on(number))));
                    self.text.extend(never.iter().map(|number| format!("!{} && ", on(number))));
                    self.text.push('(');
                    self.copy(text, site.range.clone(), inner);
                    self.text.push_str("))");
                }
                [deleted, always, never].into_iter().filter_map(|number| *number).collect()
            }
            Form::Field { name, value, base, change } => {
                if value.is_none() {
                    self.text.push_str(&format!("{name}: "));
                }
                self.branch(
                    *change,
                    &format!("if crate::mutant::on({change}) {{ "),
                    &format!("({base}).{name}"),
                    " } else { ",
                );
                self.copy(text, site.range.clone(), inner);
                self.text.push_str(" }");
                vec![*change]
            }
        }
    }
}
