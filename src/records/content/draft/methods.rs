//! The document that was presented, and the methods of the law that fit it.

use crate::profile::{Document, Method, Profile, Who};

use super::{
    super::{
        entered::{Entry, EntryProblem},
        parts::Part,
        value::{Content, MethodRef},
    },
    Draft,
};

impl Draft {
    /// The methods that staff named, by id or letter.
    pub(super) fn methods(&self, part: &Part, entry: &Entry) -> Result<Content, EntryProblem> {
        let Entry::Text(given) = entry else { return Err(EntryProblem::Kind) };
        let given = given.trim();
        let company = part.id != "method";
        let found: Vec<MethodRef> = self
            .profiles
            .iter()
            .filter_map(|profile| {
                let fits =
                    |method: &&Method| is_offered(method, company) && (method.id == given || method.letter == given);
                Some(MethodRef::of(profile, profile.methods.iter().find(fits)?))
            })
            .collect();
        if found.is_empty() { Err(EntryProblem::Method) } else { Ok(Content::Methods(found)) }
    }

    /// The document that was presented, under each profile that has it.
    pub(super) fn documents(&self) -> impl Iterator<Item = (&Profile, &Document)> {
        let read = self.facts.as_ref().map(|facts| facts.kind.as_str());
        let given = self.document.as_deref();
        self.profiles.iter().filter_map(move |profile| {
            // What the chip is, nobody's entry changes.
            let fits = |document: &&Document| read.is_none_or(|kind| document.kinds.iter().any(|known| known == kind));
            let named = given.and_then(|id| profile.document(id)).filter(fits);
            Some((profile, named.or_else(|| profile.document(read?))?))
        })
    }

    /// The methods that staff can choose from, under each profile: those that a counter can use with the document, or all that a
    /// counter can use if none is known.
    pub fn choices(&self, company: bool) -> Vec<(&Profile, Vec<&Method>)> {
        let of = |profile: &Profile| {
            let document =
                self.documents().find(|(of, _)| of.id == profile.id).map(|(_, document)| document.id.clone());
            move |method: &&Method| {
                is_offered(method, company)
                    && (method.documents.is_empty() || document.as_ref().is_none_or(|id| method.documents.contains(id)))
            }
        };
        self.profiles.iter().map(|profile| (profile, profile.methods.iter().filter(of(profile)).collect())).collect()
    }

    /// The method that follows from the document alone: the only one of the profile that names it.
    fn follows(&self) -> Vec<MethodRef> {
        let one = |(profile, document): (&Profile, &Document)| {
            let natural = |method: &&Method| method.who.contains(&Who::Natural);
            let mut named = profile
                .methods
                .iter()
                .filter(|method| is_offered(method, false) && method.documents.contains(&document.id))
                .filter(natural);
            let first = named.next()?;
            let alone = named.next().is_none() && (!first.chip_read || self.facts.is_some());
            alone.then(|| MethodRef::of(profile, first))
        };
        self.documents().filter_map(one).collect()
    }

    /// The methods that the record will name.
    pub(super) fn method(&self) -> Vec<MethodRef> {
        match self.entered.get("method") {
            Some(Content::Methods(chosen)) => {
                let mut methods = self.follows();
                methods.retain(|method| chosen.iter().all(|chosen| chosen.profile != method.profile));
                methods.extend(chosen.iter().cloned());
                let order = |method: &MethodRef| self.profiles.iter().position(|profile| profile.id == method.profile);
                methods.sort_by_key(order);
                methods
            }
            _ => self.follows(),
        }
    }
}

fn is_offered(method: &Method, company: bool) -> bool {
    let who = if company { Who::Company } else { Who::Natural };
    let visitor = !company && method.who.contains(&Who::ForeignVisitor);
    method.face_to_face && method.offered && (method.who.contains(&who) || visitor)
}
