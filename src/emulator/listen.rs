//! Serving the embedded pair over HTTP on 127.0.0.1.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::api;
use super::endpoint::Endpoint;
use super::world::World;

/// Where to listen.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct Listen {
    /// The source region's port; 0 for a free one.
    pub source_port: u16,
    /// The destination region's port; 0 for a free one.
    pub destination_port: u16,
    /// One endpoint (on the source's port) serves both regions.
    pub single_endpoint: bool,
}

impl Listen {
    /// Sets both ports; 0 for a free one.
    #[must_use]
    pub fn with_ports(mut self, source: u16, destination: u16) -> Self {
        (self.source_port, self.destination_port) = (source, destination);
        self
    }

    /// Serves both regions at one endpoint.
    #[must_use]
    pub fn with_single_endpoint(mut self, single: bool) -> Self {
        self.single_endpoint = single;
        self
    }
}

/// Why the pair cannot be served.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on 127.0.0.1:{port}: {source}; choose another port, or 0 for a free one")]
pub struct StartError {
    port: u16,
    source: std::io::Error,
}

/// A pair that is being served. It stops when this is dropped.
#[derive(Debug)]
#[non_exhaustive]
pub struct Listening {
    /// The source region's URL.
    pub source: String,
    /// The destination region's URL.
    pub destination: String,
    servers: JoinSet<()>,
}

impl Listening {
    /// Stops serving: no new connections, and those that are open are closed.
    pub async fn shutdown(mut self) {
        self.servers.shutdown().await;
    }
}

pub(super) async fn listen(world: &Arc<World>, listen: Listen) -> Result<Listening, StartError> {
    let mut servers = JoinSet::new();
    let settings = &world.settings;
    let source = bind(listen.source_port).await?;
    let source_url = url(&source);
    let mut destination_url = source_url.clone();
    if listen.single_endpoint {
        servers.spawn(serve(source, api::service(world, None)));
    } else {
        let destination = bind(listen.destination_port).await?;
        destination_url = url(&destination);
        servers.spawn(serve(
            source,
            api::service(world, Some(&settings.source_region)),
        ));
        let service = api::service(world, Some(&settings.destination_region));
        servers.spawn(serve(destination, service));
    }
    Ok(Listening {
        source: source_url,
        destination: destination_url,
        servers,
    })
}

async fn bind(port: u16) -> Result<TcpListener, StartError> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpListener::bind(address)
        .await
        .map_err(|source| StartError { port, source })
}

fn url(listener: &TcpListener) -> String {
    let port = listener.local_addr().map_or(0, |address| address.port());
    format!("http://127.0.0.1:{port}")
}

/// Accepts connections until the task is dropped; the connections end with it.
async fn serve(listener: TcpListener, service: Endpoint) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((socket, _)) = accepted else { continue };
                // Small answers must not wait for an acknowledgement.
                socket.set_nodelay(true).ok();
                let service = service.clone();
                connections.spawn(async move {
                    let http = Builder::new(TokioExecutor::new());
                    if let Err(error) = http.serve_connection(TokioIo::new(socket), service).await {
                        tracing::debug!(error, "a connection ended early");
                    }
                });
            }
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
        }
    }
}
