use std::convert::Infallible;
use std::future::ready;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Bytes, to_bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use axum_server::Handle;
use axum_server::tls_rustls::{RustlsConfig, from_tcp_rustls};
use futures::stream::{self, StreamExt as _};
use hyper::body::Incoming;
use rustls::ServerConfig;
use serde_json::Value;
use thiserror::Error;
use tokio::task::{JoinHandle, spawn_blocking};
use tower::service_fn;

use crate::behaviour::{Effect, Moment};
use crate::error::StartError;
use crate::http::{Body, Reply, Request};
use crate::service::{Fate, Service};
use crate::tunnel::{TunnelAcceptor, vault_at};

/// The services' own limit for a request body.
const LARGEST_BODY: usize = 4 * 1024 * 1024;

/// How long `stop` waits for requests in flight.
const GRACE: Duration = Duration::from_secs(5);

/// Between a part of a body and the broken connection.
const BEFORE_THE_BREAK: Duration = Duration::from_millis(50);

/// A bound port, before anything answers on it.
pub(crate) struct Port(TcpListener);

impl Port {
    pub(crate) fn bind(address: SocketAddr) -> Result<Self, StartError> {
        let bind = || {
            let listener = TcpListener::bind(address)?;
            listener.set_nonblocking(true)?;
            Ok(Self(listener))
        };
        bind().map_err(|source| StartError::Listen { address, source })
    }

    pub(crate) fn number(&self) -> u16 {
        self.0.local_addr().expect("a bound socket has an address").port()
    }
}

pub(crate) struct Server {
    handle: Handle<SocketAddr>,
    task: JoinHandle<()>,
    service: Arc<Service>,
}

impl Server {
    pub(crate) fn start(
        port: Port,
        tls: Arc<ServerConfig>,
        service: Service,
    ) -> Result<Self, StartError> {
        let handle = Handle::new();
        let service = Arc::new(service);
        let answering = Arc::clone(&service);
        let answers = service_fn(move |request: hyper::Request<Incoming>| {
            answer(Arc::clone(&answering), request.map(axum::body::Body::new))
        });
        let connections =
            service_fn(move |_: SocketAddr| ready(Ok::<_, Infallible>(answers.clone())));
        let address = port.0.local_addr().expect("a bound socket has an address");
        let server = from_tcp_rustls(port.0, RustlsConfig::from_config(tls))
            .map_err(|source| StartError::Listen { address, source })?
            .map(|tls| tls.acceptor(TunnelAcceptor))
            .handle(handle.clone());
        let task = tokio::spawn(async move {
            if let Err(error) = server.serve(connections).await {
                tracing::error!(%error, "the sandbox stopped serving");
            }
        });
        Ok(Self { handle, task, service })
    }

    /// Lets requests in flight finish.
    pub(crate) async fn stop(mut self) {
        self.handle.graceful_shutdown(Some(GRACE));
        // The task ends by returning; there is nothing to learn from how.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.handle.shutdown();
        self.task.abort();
        self.service.store.close();
    }
}

/// A connection that ends without a reply.
#[derive(Debug, Error)]
#[error("dropped on purpose")]
struct Dropped;

/// Handlers block on the state's lock and on the disk, so they run beside the runtime's workers.
async fn answer(
    service: Arc<Service>,
    request: axum::extract::Request,
) -> Result<Response, Dropped> {
    let request = read(&service, request).await;
    let Fate { delay, effect } = service.fate(&request);
    tokio::time::sleep(delay).await;
    match &effect {
        Some(Effect::Drop(Moment::Before)) => return Err(Dropped),
        Some(Effect::Html(status)) => return Ok(gateway_page(*status)),
        _ => {}
    }
    let asked = effect.clone();
    let reply = spawn_blocking(move || service.answer(&request, asked.as_ref()));
    let Ok(reply) = reply.await else {
        return Ok(StatusCode::INTERNAL_SERVER_ERROR.into_response());
    };
    match effect {
        Some(Effect::Drop(Moment::After)) => Err(Dropped),
        Some(Effect::Truncate(length)) => Ok(cut_off(reply, length)),
        Some(Effect::ContentType(kind)) => Ok(under(&kind, into_response(reply))),
        _ => Ok(into_response(reply)),
    }
}

/// What a gateway says when there is no service behind it.
fn gateway_page(status: StatusCode) -> Response {
    let title = status.canonical_reason().unwrap_or("Error");
    let page = format!(
        "<html><head><title>{code} {title}</title></head><body><h1>{code} {title}</h1></body></html>",
        code = status.as_u16()
    );
    (status, Html(page)).into_response()
}

/// Promises the whole body and breaks off before it.
fn cut_off(reply: Reply, length: usize) -> Response {
    let whole = reply.body.as_ref().map(ToString::to_string).unwrap_or_default();
    let part = Bytes::copy_from_slice(&whole.as_bytes()[..length.min(whole.len())]);
    let end = async {
        // What was sent so far is on its way before the connection breaks.
        tokio::time::sleep(BEFORE_THE_BREAK).await;
        Err(io::Error::other(Dropped))
    };
    let parts = stream::iter([Ok(part)]).chain(stream::once(end));
    let mut response = into_response(reply);
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len()));
    *response.body_mut() = axum::body::Body::from_stream(parts);
    response
}

fn under(kind: &str, mut response: Response) -> Response {
    if let Ok(kind) = HeaderValue::try_from(kind) {
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    response
}

async fn read(service: &Service, request: axum::extract::Request) -> Request {
    let began = service.store.revision();
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LARGEST_BODY).await.map_or(Body::TooLarge, Body::Whole);
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let Some(vault) = parts.uri.host().or(host).and_then(vault_at) else {
        return Request { began, ..Request::new(parts.method, target, parts.headers, body) };
    };
    let vault_address = Some(format!("https://{vault}.vault.azure.net"));
    let target = format!("/vaults/{vault}{target}");
    Request { began, vault_address, ..Request::new(parts.method, &target, parts.headers, body) }
}

fn into_response(reply: Reply) -> Response {
    let mut response = match reply.body {
        Some(Value::String(text)) => text.into_response(),
        Some(body) => {
            let json = HeaderValue::from_static("application/json; charset=utf-8");
            ([(header::CONTENT_TYPE, json)], Bytes::from(body.to_string())).into_response()
        }
        None => ().into_response(),
    };
    *response.status_mut() = reply.status;
    for (name, value) in reply.headers {
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
