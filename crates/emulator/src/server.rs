use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum_server::Handle;
use axum_server::tls_rustls::{RustlsConfig, from_tcp_rustls};
use rustls::ServerConfig;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::error::StartError;
use crate::http::{Body, Reply, Request};
use crate::service::Service;

/// The services' own limit for a request body.
const LARGEST_BODY: usize = 4 * 1024 * 1024;

/// How long `stop` waits for requests in flight.
const GRACE: Duration = Duration::from_secs(5);

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
        let router = Router::new().fallback(answer).with_state(Arc::clone(&service));
        let address = port.0.local_addr().expect("a bound socket has an address");
        let server = from_tcp_rustls(port.0, RustlsConfig::from_config(tls))
            .map_err(|source| StartError::Listen { address, source })?
            .handle(handle.clone());
        let task = tokio::spawn(async move {
            if let Err(error) = server.serve(router.into_make_service()).await {
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

/// Handlers block on the state's lock and on the disk, so they run beside the runtime's workers.
async fn answer(State(service): State<Arc<Service>>, request: axum::extract::Request) -> Response {
    let request = read(request).await;
    let reply = spawn_blocking(move || service.answer(&request)).await;
    reply.map_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response(), into_response)
}

async fn read(request: axum::extract::Request) -> Request {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LARGEST_BODY).await.map_or(Body::TooLarge, Body::Whole);
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    Request::new(parts.method, target, parts.headers, body)
}

fn into_response(reply: Reply) -> Response {
    let mut response = match reply.body {
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
