//! What staff and the customer see of a [`Session`](super::Session): HTML fragments that a page's script puts into its `<main>`.
