//! What every request must be, and what every answer carries.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::{
    Json,
    body::to_bytes,
    extract::{FromRequest, FromRequestParts, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};
use tokio::{sync::Notify, time::timeout};

use crate::{
    lang::Lang,
    messages::{Message, Problem, ServerRefusal},
};

use super::{PATIENCE, Site, door::Role};

/// The longest body.
const MOST: usize = 64 * 1024;

/// What an answer allows that brings no page.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// What stands on every answer.
const HEADERS: [(HeaderName, &str); 6] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// A request that was not served, with the message that its page shows.
pub struct Refused {
    status: StatusCode,
    message: Message,
}

/// As JSON.
#[derive(Serialize)]
struct Body {
    error: Message,
}

impl Refused {
    /// A problem in a language; its status follows from what it is.
    pub fn new(problem: &Problem, lang: Lang) -> Self {
        let status = match problem {
            Problem::Server(refusal) => match refusal {
                ServerRefusal::Foreign | ServerRefusal::Token => StatusCode::FORBIDDEN,
                ServerRefusal::NotEntered => StatusCode::UNAUTHORIZED,
                ServerRefusal::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
                ServerRefusal::Slow => StatusCode::REQUEST_TIMEOUT,
                ServerRefusal::NotFound => StatusCode::NOT_FOUND,
                ServerRefusal::Reading | ServerRefusal::Stale => StatusCode::CONFLICT,
                _ => StatusCode::BAD_REQUEST,
            },
            Problem::Internal { .. } | Problem::NoRandomBytes => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        };
        Self { status, message: problem.at_counter(lang) }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.status, Json(Body { error: self.message })).into_response()
    }
}

/// Refuses what does not come from the counter's own pages, and puts the headers on every answer.
pub async fn guard(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let mut response = match own(&site, &request) {
        true => next.run(request).await,
        false => site.refuse(Role::Staff, ServerRefusal::Foreign).into_response(),
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(NOTHING));
    response
}

/// Whether a request names this server as its host, and comes from one of its pages; the pages themselves may be opened
/// from anywhere.
fn own(site: &Site, request: &Request) -> bool {
    let headers = request.headers();
    let Some(host) = single(headers, header::HOST).filter(|host| site.hosts.iter().any(|own| own == host)) else {
        return false;
    };
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if reads && matches!(request.uri().path(), "/" | "/customer") {
        return true;
    }
    let same = single(headers, HeaderName::from_static("sec-fetch-site")) == Some("same-origin");
    let origin = format!("{}://{host}", site.scheme);
    match single(headers, header::ORIGIN) {
        Some(given) => same && given == origin,
        None => same && reads && !headers.contains_key(header::ORIGIN),
    }
}

/// The value of a header that must stand there once.
fn single(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

/// A connection: whether it has shown that it is one of the pages', and whether it must end.
#[derive(Debug, Clone, Default)]
pub struct Connection(Arc<(AtomicBool, Notify)>);

impl Connection {
    /// It is one of the pages'.
    pub fn know(&self) {
        self.0.0.store(true, Ordering::Relaxed);
    }

    /// Whether it is.
    pub fn is_known(&self) -> bool {
        self.0.0.load(Ordering::Relaxed)
    }

    /// Ends it, whether its other end reads what it is sent or not.
    pub fn end(&self) {
        self.0.1.notify_one();
    }

    /// Waits for that.
    pub async fn ended(&self) {
        self.0.1.notified().await;
    }
}

/// A request of the staff's. A route without this has nothing that is the staff's.
pub struct Staff(pub Arc<Site>);

/// A request of the customer's.
pub struct Customer(pub Arc<Site>);

impl FromRequestParts<Arc<Site>> for Staff {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Refused> {
        entered(parts, site, Role::Staff).map(Self)
    }
}

impl FromRequestParts<Arc<Site>> for Customer {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Refused> {
        entered(parts, site, Role::Customer).map(Self)
    }
}

/// The texts of the Cookie headers.
pub fn cookies(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok())
}

fn entered(parts: &Parts, site: &Arc<Site>, role: Role) -> Result<Arc<Site>, Refused> {
    if !cookies(&parts.headers).any(|cookies| site.door.admits(role, cookies)) {
        return Err(site.refuse(role, ServerRefusal::NotEntered));
    }
    if let Some(connection) = parts.extensions.get::<Connection>() {
        connection.know();
    }
    Ok(Arc::clone(site))
}

/// A body of JSON. What is wrong with it is not said: a parser's message may repeat what was typed.
pub struct Posted<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Arc<Site>> for Posted<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, site: &Arc<Site>) -> Result<Self, Refused> {
        let role = if request.uri().path().starts_with(Role::Customer.path()) { Role::Customer } else { Role::Staff };
        let refuse = |refusal| site.refuse(role, refusal);
        let headers = request.headers();
        if single(headers, header::CONTENT_TYPE).and_then(|kind| kind.split(';').next()) != Some("application/json") {
            return Err(refuse(ServerRefusal::Request));
        }
        let length = single(headers, header::CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
        if length.is_some_and(|length| length > MOST) {
            return Err(refuse(ServerRefusal::TooLarge));
        }
        let body = match timeout(PATIENCE, to_bytes(request.into_body(), MOST)).await {
            Ok(Ok(body)) => body,
            Ok(Err(_)) => return Err(refuse(ServerRefusal::TooLarge)),
            Err(_) => return Err(refuse(ServerRefusal::Slow)),
        };
        serde_json::from_slice(&body).map(Self).map_err(|_| refuse(ServerRefusal::Request))
    }
}
