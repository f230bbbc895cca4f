//! Connections: who is served, how long somebody may take, and how many may wait that nobody knows.

use std::{collections::VecDeque, future::pending, time::Duration};

use axum::Router;
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    task::AbortHandle,
    time::{sleep, timeout},
};
use tokio_rustls::TlsAcceptor;

use super::{PATIENCE, guard::Connection};

/// How many connections may be open of which nobody knows whether a page made them. When more come, the oldest ends.
const STRANGERS: usize = 128;

/// How long such a connection may be there.
const STAY: Duration = Duration::from_secs(30);

/// The longest head of a request.
const HEAD: usize = 32 * 1024;

/// Where nothing can be accepted (no file descriptor left), it is tried again after this time.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves everybody who connects, with TLS where there is a certificate; ends with the program.
pub async fn serve(listener: TcpListener, tls: Option<TlsAcceptor>, app: Router) {
    let mut strangers: VecDeque<(AbortHandle, Connection)> = VecDeque::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            sleep(PAUSE).await;
            continue;
        };
        // Views are written whole; a link that cannot be told so is slow, not broken.
        let _ = stream.set_nodelay(true);
        let (own, tls, app) = (Connection::default(), tls.clone(), app.clone());
        let of_task = own.clone();
        let task = tokio::spawn(async move {
            let stays = stay(of_task.clone());
            let of_request = of_task.clone();
            let served = async {
                match tls {
                    None => connection(stream, app, of_request).await,
                    Some(tls) => {
                        if let Ok(Ok(stream)) = timeout(PATIENCE, tls.accept(stream)).await {
                            connection(stream, app, of_request).await;
                        }
                    }
                }
            };
            tokio::select! {
                () = served => {}
                () = stays => {}
                () = of_task.ended() => {}
            }
        });
        strangers.retain(|(task, own)| !task.is_finished() && !own.is_known());
        strangers.push_back((task.abort_handle(), own));
        if strangers.len() > STRANGERS
            && let Some((oldest, _)) = strangers.pop_front()
        {
            oldest.abort();
        }
    }
}

/// Ends when somebody whom nobody knows has been there for long.
async fn stay(own: Connection) {
    sleep(STAY).await;
    if own.is_known() {
        pending::<()>().await;
    }
}

/// One request a connection: what it held in memory goes with it.
pub async fn connection(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, app: Router, own: Connection) {
    let app = TowerToHyperService::new(app);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(own.clone());
        hyper::service::Service::call(&app, request)
    });
    let mut http = http1::Builder::new();
    http.keep_alive(false).timer(TokioTimer::new()).header_read_timeout(PATIENCE).max_buf_size(HEAD);
    // A connection that breaks is the browser's matter: it asks again.
    let _ = http.serve_connection(TokioIo::new(stream), service).await;
}
