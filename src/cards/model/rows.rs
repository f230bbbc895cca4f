//! Tables as every card's folder writes them: one row a constant, whose documentation is its Japanese name.

/// Applications: constant, name in dumps, names for people, application identifier.
macro_rules! application_rows {
    ($($name:ident $id:literal $ja:literal $en:literal [$($byte:literal),*];)*) => {$(
        #[doc = $ja]
        pub const $name: $crate::cards::model::Application = $crate::cards::model::Application {
            name: $id,
            title: $crate::lang::Bilingual::new($ja, $en),
            aid: &[$($byte),*],
        };
    )*};
}

/// References: constant, application, name in dumps, name for scripts, short EF identifier, names for people, limit of wrong entries, what is
/// entered for it, whether every card counts.
macro_rules! reference_rows {
    ($($name:ident $app:ident $file:literal $id:literal $sfi:literal $ja:literal $en:literal, $limit:literal, $credential:expr,
       $counted:expr;)*) => {$(
        #[doc = $ja]
        pub const $name: $crate::cards::model::Reference = $crate::cards::model::Reference {
            name: $file,
            id: $id,
            application: $app,
            sfi: $sfi,
            title: $crate::lang::Bilingual::new($ja, $en),
            limit: $limit,
            credential: $credential,
            always_counted: $counted,
        };
    )*};
}

/// Files: constant, application, name in dumps, names for people, address, what opens it, where it ends, the check that covers
/// it, what only the card's folder knows; `private` if it never leaves the memory of the live check, `trim` if it is read without its
/// filler.
macro_rules! file_rows {
    ($($name:ident $app:ident $id:literal $ja:literal $en:literal, $address:expr, $access:expr, $extent:expr, $signed_by:expr,
       $own:expr $(, private = $private:literal)? $(, trim = $trim:expr)?;)*) => {$(
        #[doc = $ja]
        pub const $name: File = File {
            file: $crate::cards::model::File {
                name: $id,
                application: $app,
                address: $address,
                title: $crate::lang::Bilingual::new($ja, $en),
                access: $access,
                extent: $extent,
                signed_by: $signed_by,
                $(private: $private,)?
                $(trim: Some($trim),)?
                ..$crate::cards::model::File::PLAIN
            },
            own: $own,
        };
    )*};
}

/// Lists of files, in reading order: with what only the card's folder knows, and without (for the kind).
macro_rules! file_lists {
    (@plain: $($file:ident)*) => {};
    (@plain $plain:ident: $($file:ident)*) => {
        pub(super) const $plain: &[&$crate::cards::model::File] = &[$(&$file.file),*];
    };
    ($($(#[$doc:meta])* $own:ident $($plain:ident)?: $($file:ident)*;)*) => {$(
        $(#[$doc])*
        pub const $own: &[File] = &[$($file),*];
        file_lists!(@plain $($plain)?: $($file)*);
    )*};
}

/// Entries: constant, machine name, form, error id; then on a line each what it is, how a person is asked, what form to use.
macro_rules! entry_rows {
    ($($name:ident $id:literal $form:expr, $bad:literal: $ja:literal $en:literal $prompt_ja:literal $prompt_en:literal
       $hint_ja:literal $hint_en:literal;)*) => {$(
        #[doc = $ja]
        pub const $name: $crate::cards::model::EntrySpec = $crate::cards::model::EntrySpec {
            id: $id,
            title: $crate::lang::Bilingual::new($ja, $en),
            prompt: $crate::lang::Bilingual::new($prompt_ja, $prompt_en),
            form: $form,
            bad: $bad,
            hint: $crate::lang::Bilingual::new($hint_ja, $hint_en),
        };
    )*};
}

/// Kinds: constant, machine name, names for people.
macro_rules! kind_rows {
    ($($name:ident $id:literal $ja:literal $en:literal;)*) => {
        impl $crate::kind::CardKind {$(
            #[doc = $ja]
            pub const $name: Self = Self::new($id, $crate::lang::Bilingual::new($ja, $en));
        )*}
    };
}

/// Notes: constant, machine name, the sentence in both languages.
macro_rules! note_rows {
    ($($(#[$doc:meta])* $vis:vis $name:ident $id:literal $ja:literal $en:literal;)*) => {$(
        $(#[$doc])*
        $vis const $name: $crate::cards::Note = $crate::cards::Note { id: $id, text: $crate::lang::Bilingual::new($ja, $en) };
    )*};
}

pub(crate) use {application_rows, entry_rows, file_lists, file_rows, kind_rows, note_rows, reference_rows};
