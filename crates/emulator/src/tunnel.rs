//! How vaults are reached under the names that they have in Azure: the port is also a proxy for
//! `NAME.vault.azure.net`, which leads back to the sandbox and nowhere else.

use std::io;
use std::time::Duration;

use axum_server::accept::Accept;
use futures::future::{BoxFuture, FutureExt as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// All that clients may ask for by its own name, as certificates have it.
pub(crate) const VAULTS: &str = "*.vault.azure.net";

/// Longer heads are of no client.
const LONGEST_HEAD: usize = 8 * 1024;

const PATIENCE: Duration = Duration::from_secs(10);

/// The vault of that host name; ports do not matter.
pub(crate) fn vault_at(host: &str) -> Option<&str> {
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    let name = host.strip_suffix(VAULTS.strip_prefix('*')?)?;
    (!name.is_empty() && !name.contains('.')).then_some(name)
}

/// Takes a `CONNECT` off the beginning of a connection, where there is one; then comes TLS.
#[derive(Clone, Copy)]
pub(crate) struct TunnelAcceptor;

impl<S: Send + 'static> Accept<TcpStream, S> for TunnelAcceptor {
    type Stream = TcpStream;
    type Service = S;
    type Future = BoxFuture<'static, io::Result<(TcpStream, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        async move {
            // Else the end of a long reply waits for the client's delayed acknowledgement.
            stream.set_nodelay(true)?;
            let entered = timeout(PATIENCE, enter(stream)).await;
            Ok((entered.map_err(io::Error::from)??, service))
        }
        .boxed()
    }
}

async fn enter(mut stream: TcpStream) -> io::Result<TcpStream> {
    let mut first = [0];
    stream.peek(&mut first).await?;
    if first != *b"C" {
        return Ok(stream);
    }
    let head = read_head(&mut stream).await?;
    let target = head.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next());
    if target.and_then(vault_at).is_some() {
        stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
        return Ok(stream);
    }
    let refusal = "the sandbox is a proxy for *.vault.azure.net only";
    let reply = format!(
        "HTTP/1.1 403 Forbidden\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{refusal}",
        refusal.len()
    );
    stream.write_all(reply.as_bytes()).await?;
    Err(io::Error::other(refusal))
}

/// Byte by byte: what follows the head belongs to TLS.
async fn read_head(stream: &mut TcpStream) -> io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() == LONGEST_HEAD {
            return Err(io::Error::other("the head of a CONNECT is too long"));
        }
        head.push(stream.read_u8().await?);
    }
    String::from_utf8(head).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::vault_at;

    #[test]
    fn vaults_are_known_by_one_label_before_the_suffix() {
        assert_eq!(vault_at("kv-legacy.vault.azure.net:443"), Some("kv-legacy"));
        assert_eq!(vault_at("kv-legacy.vault.azure.net"), Some("kv-legacy"));
        for other in ["vault.azure.net", ".vault.azure.net", "a.b.vault.azure.net", "localhost:1"] {
            assert_eq!(vault_at(other), None, "{other}");
        }
    }
}
