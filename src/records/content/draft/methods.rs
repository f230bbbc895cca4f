//! The document that was presented, and the methods of the law that fit it.

use crate::profile::{Document, Method, Profile, Who};

use super::{
    super::{
        entered::{Entry, EntryProblem},
        facts::Facts,
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
        self.profiles.iter().filter_map(|profile| Some((profile, *self.possible(profile).first()?)))
    }

    /// The documents among which staff say which one was presented; none if the chip leaves nothing open.
    pub fn presentable<'a>(&'a self) -> Vec<&'a Document> {
        let of = |profile: &'a Profile| match &self.facts {
            None => profile.documents.iter().collect(),
            Some(facts) => Some(Self::read(profile, facts)).filter(|read| read.len() > 1).unwrap_or_default(),
        };
        let mut found: Vec<&Document> = Vec::new();
        for document in self.profiles.iter().flat_map(of) {
            if found.iter().all(|known| known.id != document.id) {
                found.push(document);
            }
        }
        found
    }

    /// Whether the chip showed no photo, and the law has a document for such a card without one.
    pub fn is_photo_open(&self) -> bool {
        self.facts.is_some() && !self.presentable().is_empty()
    }

    /// The document by its id: the kind of the card, or else what staff named. `None` as well if they gave it a name of another one.
    pub(super) fn document(&self) -> Option<&str> {
        if let Some(Content::Text(name)) = self.entered.get("document.name")
            && self.documents().all(|(_, document)| document.name.ja != *name && document.name.en != *name)
        {
            return None;
        }
        match &self.facts {
            Some(facts) => Some(&facts.kind),
            None => self.documents().next().map(|(_, document)| document.id.as_str()),
        }
    }

    /// Whether staff said that it is this document: what the chip alone says, nobody needs to.
    pub(super) fn is_named(&self, document: &Document) -> bool {
        self.facts.is_none() || self.document.as_ref() == Some(&document.id) && self.is_photo_open()
    }

    /// What the document can be under a profile, its own kind first: what staff named, if the chip leaves that open.
    fn possible<'a>(&self, profile: &'a Profile) -> Vec<&'a Document> {
        let given = self.document.as_deref().and_then(|id| profile.document(id));
        let Some(facts) = &self.facts else { return given.into_iter().collect() };
        let read = Self::read(profile, facts);
        // What the chip is, nobody's entry changes.
        match given {
            Some(given) if read.iter().any(|document| document.id == given.id) => vec![given],
            _ => read,
        }
    }

    /// What the chip says that the document is. Without a photo a card counts as a document with one only if staff see it in the
    /// print, so there those of the same card without one are possible too.
    fn read<'a>(profile: &'a Profile, facts: &Facts) -> Vec<&'a Document> {
        let Some(own) = profile.document(&facts.kind) else { return Vec::new() };
        let kin = |document: &&Document| {
            own.photo
                && !document.photo
                && document.kinds.iter().any(|kind| facts.without_photo.contains(&kind.as_str()))
        };
        std::iter::once(own).chain(profile.documents.iter().filter(kin)).collect()
    }

    /// The methods that staff can choose from, under each profile: those that a counter can use with the document, or all that a
    /// counter can use if none is known.
    pub fn choices<'a>(&'a self, company: bool) -> Vec<(&'a Profile, Vec<&'a Method>)> {
        let of = |profile: &'a Profile| {
            let possible = self.possible(profile);
            let fits = |method: &&Method| {
                let named = || possible.iter().any(|document| method.documents.contains(&document.id));
                is_offered(method, company) && (method.documents.is_empty() || possible.is_empty() || named())
            };
            (profile, profile.methods.iter().filter(fits).collect())
        };
        self.profiles.iter().map(of).collect()
    }

    /// The method that follows from the document alone, whichever of those that it can be it is.
    fn follows(&self) -> Vec<MethodRef> {
        let one = |profile| {
            let mut found = self.possible(profile).into_iter().map(|document| self.only(profile, document));
            let first = found.next()??;
            found.all(|other| other.is_some_and(|other| other.id == first.id)).then(|| MethodRef::of(profile, first))
        };
        self.profiles.iter().filter_map(one).collect()
    }

    /// The only method of the profile that names a document.
    fn only<'a>(&self, profile: &'a Profile, document: &Document) -> Option<&'a Method> {
        let names = |method: &&Method| {
            is_offered(method, false) && method.documents.contains(&document.id) && method.who.contains(&Who::Natural)
        };
        let mut named = profile.methods.iter().filter(names);
        let first = named.next()?;
        let read = || self.facts.as_ref().is_some_and(|facts| facts.is_read(document));
        (named.next().is_none() && (!first.chip_read || read())).then_some(first)
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
