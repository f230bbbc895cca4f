//! What the pages ask for.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Extension, Json, Router,
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    middleware,
    response::{
        Html, IntoResponse, Response,
        sse::{self, KeepAlive, Sse},
    },
    routing::{get, post},
};
use futures_util::{Stream, stream};
use serde::Deserialize;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::{
    counter::{CustomerAction, Event, StaffAction, page},
    messages::{Problem, ServerRefusal},
};

use super::{
    Site,
    door::Role,
    guard::{Connection, Customer, Posted, Refused, Staff, cookies, guard},
    sim,
};

/// How often a stream of events without events shows that it is alive.
const ALIVE: Duration = Duration::from_secs(15);

/// Everything, for browsers of this computer.
pub fn all(site: Arc<Site>) -> Router {
    let staff = Router::new()
        .route("/", get(staff_shell))
        .route("/staff/enter", post(staff_enter))
        .route("/staff/events", get(staff_events))
        .route("/staff/do", post(staff_do))
        .route("/staff/picture/{version}/{id}", get(picture))
        .route("/staff/customer-token", post(customer_token));
    let staff = if site.simulated { staff.route("/staff/sim", post(sim::place)) } else { staff };
    with_guard(staff.merge(customer()), site)
}

/// The customer's page alone, for the network.
pub fn customers(site: Arc<Site>) -> Router {
    with_guard(customer(), site)
}

fn customer() -> Router<Arc<Site>> {
    Router::new()
        .route("/customer", get(customer_shell))
        .route("/customer/enter", post(customer_enter))
        .route("/customer/events", get(customer_events))
        .route("/customer/do", post(customer_do))
}

fn with_guard(routes: Router<Arc<Site>>, site: Arc<Site>) -> Router {
    routes
        .fallback(nothing)
        .method_not_allowed_fallback(nothing)
        .layer(middleware::from_fn_with_state(Arc::clone(&site), guard))
        .with_state(site)
}

async fn nothing(State(site): State<Arc<Site>>) -> Refused {
    site.refuse(Role::Staff, ServerRefusal::NotFound)
}

async fn staff_shell(State(site): State<Arc<Site>>) -> Response {
    shell(page::staff_shell(site.desk.lang(Role::Staff)))
}

async fn customer_shell(State(site): State<Arc<Site>>) -> Response {
    shell(page::customer_shell(site.desk.lang(Role::Customer)))
}

fn shell(shell: page::Shell) -> Response {
    match HeaderValue::from_str(&shell.csp) {
        Ok(policy) => ([(header::CONTENT_SECURITY_POLICY, policy)], Html(shell.html)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// A one-time token.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Token {
    token: Zeroizing<String>,
}

async fn staff_enter(
    State(site): State<Arc<Site>>,
    headers: HeaderMap,
    Posted(token): Posted<Token>,
) -> Result<Response, Refused> {
    enter(&site, Role::Staff, &headers, &token)
}

async fn customer_enter(
    State(site): State<Arc<Site>>,
    headers: HeaderMap,
    Posted(token): Posted<Token>,
) -> Result<Response, Refused> {
    enter(&site, Role::Customer, &headers, &token)
}

fn enter(site: &Site, role: Role, headers: &HeaderMap, Token { token }: &Token) -> Result<Response, Refused> {
    let cookies: Vec<&str> = cookies(headers).collect();
    let entered = site.door.enter(role, token, &cookies.join(";")).map_err(|problem| site.refused(role, &problem))?;
    let value = entered.ok_or_else(|| site.refuse(role, ServerRefusal::Token))?;
    let secure = if site.scheme == "https" { "; Secure" } else { "" };
    let name = site.door.cookie(role);
    let cookie = format!("{name}={}; HttpOnly; SameSite=Strict; Path={}{secure}", *value, role.path());
    let mut cookie =
        HeaderValue::from_str(&cookie).map_err(|_| site.refused(role, &Problem::Internal { place: "counter" }))?;
    cookie.set_sensitive(true);
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

async fn staff_events(Staff(site): Staff, Extension(connection): Extension<Connection>) -> impl IntoResponse {
    events(&site, Role::Staff, connection)
}

async fn customer_events(Customer(site): Customer, Extension(connection): Extension<Connection>) -> impl IntoResponse {
    events(&site, Role::Customer, connection)
}

/// Every view from now on; of several that came while the page was slow, the last.
fn events(
    site: &Site,
    role: Role,
    connection: Connection,
) -> Sse<impl Stream<Item = Result<sse::Event, Infallible>> + use<>> {
    let open = site.door.stream(role, connection);
    let mut views = site.desk.views();
    views.mark_changed();
    let stream = stream::unfold((views, None, open), move |(mut views, seen, open)| async move {
        views.changed().await.ok()?;
        let view = Arc::clone(&views.borrow_and_update());
        let event = sse::Event::default().event("view").data(view.message(role, seen));
        Some((Ok(event), (views, Some(view.version), open)))
    });
    Sse::new(stream).keep_alive(KeepAlive::new().interval(ALIVE))
}

async fn staff_do(Staff(site): Staff, uri: Uri, Posted(action): Posted<StaffAction>) -> Result<StatusCode, Refused> {
    act(&site, Role::Staff, Event::Staff(action), &uri)
}

async fn customer_do(
    Customer(site): Customer,
    uri: Uri,
    Posted(action): Posted<CustomerAction>,
) -> Result<StatusCode, Refused> {
    act(&site, Role::Customer, Event::Customer(action), &uri)
}

/// The address says in whose view it was done (`?of=N`).
fn act(site: &Site, role: Role, event: Event, uri: &Uri) -> Result<StatusCode, Refused> {
    let of = uri.query().and_then(|query| query.strip_prefix("of=")?.parse().ok());
    site.desk.act(event, of).map_err(|problem| site.refused(role, &problem))?;
    Ok(StatusCode::NO_CONTENT)
}

/// A picture of the reading, which is decoded outside the thread that serves everybody.
async fn picture(Staff(site): Staff, path: Result<Path<(u64, String)>, PathRejection>) -> Result<Response, Refused> {
    let Path((version, id)) = path.map_err(|_| site.refuse(Role::Staff, ServerRefusal::NotFound))?;
    let desk = Arc::clone(&site.desk);
    let png = tokio::task::spawn_blocking(move || desk.picture(version, &id)).await.ok().flatten();
    let png = png.ok_or_else(|| site.refuse(Role::Staff, ServerRefusal::NotFound))?;
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("image/png"))], png).into_response())
}

/// A fresh token of the customer's page: where to open it here, and on a tablet where the network listener is on.
async fn customer_token(Staff(site): Staff) -> Result<Json<Value>, Refused> {
    let token = site.door.token(Role::Customer).map_err(|problem| site.refused(Role::Staff, &problem))?;
    let path = format!("/customer#{}", *token);
    let url = site.tablet.as_ref().map(|tablet| format!("{tablet}{path}"));
    let qr = url.as_ref().and_then(|url| Some(super::launch::qr(url)?.into_string()));
    Ok(Json(json!({"path": path, "url": url, "qr": qr})))
}
