//! Issuers: certificate paths, the trust folder, published and simulated anchors.

#[path = "../common/mod.rs"]
mod common;

#[cfg(all(unix, feature = "simulator"))]
mod mdoc_lists;
#[cfg(all(unix, feature = "simulator"))]
mod passport_lists;
#[cfg(all(unix, feature = "simulator"))]
mod passport_openssl;
mod trust;
mod trust_audit;
mod trust_folder;
mod trust_published;
mod trust_simulated;
#[cfg(all(unix, feature = "simulator"))]
mod x509_openssl;
#[cfg(feature = "simulator")]
mod x509_path;
