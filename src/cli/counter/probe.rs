//! A counter without sockets and without a reader, for whoever wants to send it anything (`fuzz/`).

use std::{
    io,
    pin::{Pin, pin},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, channel},
    },
    task::{Context, Poll},
};

use axum::Router;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    runtime::{Builder, Runtime},
    task::yield_now,
};
use zeroize::Zeroizing;

use crate::{
    counter::{Event, Law, Run},
    lang::Lang,
    messages::Problem,
};

use super::{
    INTERNAL, Site,
    desk::Desk,
    door::{Door, Role},
    guard::Connection,
    listen, routes,
    worker::Order,
};

/// The address that its pages have.
const HOST: &str = "127.0.0.1:4711";

/// How often whatever else there is gets its turn before the other end closes.
const TURNS: usize = 8;

/// A counter in memory.
pub struct Probe {
    runtime: Runtime,
    site: Arc<Site>,
    app: Router,
    orders: Receiver<Order>,
}

/// Who sends a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// Somebody who never entered.
    Stranger,
    /// The customer's page.
    Customer,
    /// The staff's page.
    Staff,
}

impl Probe {
    /// A counter of a law; its simulated reader holds no card.
    ///
    /// # Errors
    /// [`Problem::Internal`] if the system gives no event loop.
    pub fn new(law: Law) -> Result<Self, Problem> {
        let runtime = Builder::new_current_thread().enable_time().build().map_err(|_| INTERNAL)?;
        let (sender, orders) = channel();
        let desk = Arc::new(Desk::new(Lang::Ja, law, sender, true));
        let (door, hosts) = (Arc::new(Door::new(4711)), vec![HOST.to_owned()]);
        let site =
            Site { desk, door, hosts, scheme: "http", simulated: true, tablet: Some("https://taimen".to_owned()) };
        let site = Arc::new(site);
        let app = routes::all(Arc::clone(&site));
        let desk = Arc::clone(&site.desk);
        runtime.spawn(async move { desk.render().await });
        Ok(Self { runtime, site, app, orders })
    }

    /// Something happens at the counter; returns the readings that its reader should start.
    pub fn apply(&self, event: Event) -> Vec<Run> {
        self.site.desk.apply(event);
        self.runtime.block_on(async {
            for _ in 0..TURNS {
                yield_now().await;
            }
        });
        self.orders
            .try_iter()
            .filter_map(|order| if let Order::Start { run, .. } = order { Some(run) } else { None })
            .collect()
    }

    /// What stands in the head of a request from one of the pages.
    ///
    /// # Errors
    /// [`Problem::NoRandomBytes`].
    pub fn head(&self, sender: Sender) -> Result<String, Problem> {
        let role = match sender {
            Sender::Stranger => None,
            Sender::Customer => Some(Role::Customer),
            Sender::Staff => Some(Role::Staff),
        };
        let door = &self.site.door;
        let mut head = format!("Host: {HOST}\r\nOrigin: http://{HOST}\r\nSec-Fetch-Site: same-origin\r\n");
        if let Some(role) = role
            && let Some(value) = door.enter(role, &door.token(role)?, "")?
        {
            head += &format!("Cookie: {}={}\r\n", door.cookie(role), *value);
        }
        Ok(head)
    }

    /// A token with which the customer's page enters.
    ///
    /// # Errors
    /// [`Problem::NoRandomBytes`].
    pub fn token(&self) -> Result<Zeroizing<String>, Problem> {
        self.site.door.token(Role::Customer)
    }

    /// Whose view the pages show: what an address says as `of`.
    pub fn customer(&self) -> u64 {
        self.site.desk.views().borrow().customer()
    }

    /// Sends the bytes over one connection, and returns what came back until it was quiet.
    pub fn send(&self, request: &[u8]) -> Vec<u8> {
        let wire = Wire(Arc::new(Ends {
            request: Mutex::new(request.to_vec()),
            answer: Mutex::default(),
            closed: AtomicBool::new(false),
        }));
        let ends = Arc::clone(&wire.0);
        self.runtime.block_on(async {
            let mut served = pin!(listen::connection(wire, self.app.clone(), Connection::default()));
            for turn in 0..2 * TURNS {
                // A stream of views ends if nobody listens any more.
                ends.closed.store(turn >= TURNS, Ordering::Relaxed);
                tokio::select! {
                    biased;
                    () = &mut served => break,
                    () = yield_now() => {}
                }
            }
        });
        std::mem::take(&mut *ends.answer.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Both directions of a connection.
struct Ends {
    request: Mutex<Vec<u8>>,
    answer: Mutex<Vec<u8>>,
    closed: AtomicBool,
}

/// The counter's side of it.
struct Wire(Arc<Ends>);

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let mut request = self.0.request.lock().unwrap_or_else(PoisonError::into_inner);
        if request.is_empty() && !self.0.closed.load(Ordering::Relaxed) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let length = request.len().min(buffer.remaining());
        buffer.put_slice(&request.drain(..length).collect::<Vec<_>>());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.0.answer.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
