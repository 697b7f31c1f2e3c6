//! Passes bytes on to a served pair, counts the requests, and kills a process at one of them.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::Child;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Whether the server still gets the request that is the process's last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kill {
    Before,
    After,
}

type Armed = Option<(usize, Kill, Arc<Mutex<Child>>)>;

#[derive(Default)]
struct Shared {
    requests: AtomicUsize,
    connections: AtomicUsize,
    armed: Mutex<Armed>,
}

/// Two listeners, one a side.
pub(super) struct Proxy {
    shared: Arc<Shared>,
    urls: [String; 2],
}

impl Proxy {
    pub(super) fn new(source: &str, destination: &str) -> Self {
        let shared = Arc::<Shared>::default();
        let urls = [source, destination].map(|url| listen(&shared, url));
        Self { shared, urls }
    }

    pub(super) fn target(&self) -> String {
        self.urls.join(",")
    }

    /// Counts from 0 again, and kills at the request of that number.
    pub(super) fn arm(&self, armed: Armed) {
        self.shared.requests.store(0, Ordering::SeqCst);
        *self.shared.armed.lock().unwrap() = armed;
    }

    pub(super) fn requests(&self) -> usize {
        self.shared.requests.load(Ordering::SeqCst)
    }

    /// Waits until the server is through with what a killed process had sent.
    pub(super) fn drain(&self) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while self.shared.connections.load(Ordering::SeqCst) > 0 {
            assert!(Instant::now() < deadline, "a connection never ends");
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

fn listen(shared: &Arc<Shared>, url: &str) -> String {
    let upstream = url.trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let here = format!("http://{}", listener.local_addr().unwrap());
    let shared = Arc::clone(shared);
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let Ok(server) = TcpStream::connect(&upstream) else {
                continue;
            };
            client.set_nodelay(true).unwrap();
            server.set_nodelay(true).unwrap();
            shared.connections.fetch_add(1, Ordering::SeqCst);
            let shared = Arc::clone(&shared);
            std::thread::spawn(move || {
                connection(&shared, client, server);
                shared.connections.fetch_sub(1, Ordering::SeqCst);
            });
        }
    });
    here
}

/// Ends when the server has ended its side.
fn connection(shared: &Arc<Shared>, client: TcpStream, server: TcpStream) {
    let (mut answers, mut back) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    let forth = {
        let shared = Arc::clone(shared);
        std::thread::spawn(move || pass_requests(&shared, client, server))
    };
    let mut buffer = vec![0; 64 << 10];
    while let Ok(read @ 1..) = answers.read(&mut buffer) {
        // A client that was killed takes no answers, and the server still has to end.
        back.write_all(&buffer[..read]).ok();
    }
    back.shutdown(Shutdown::Both).ok();
    forth.join().ok();
}

fn pass_requests(shared: &Shared, mut client: TcpStream, mut server: TcpStream) {
    let mut buffer = vec![0; 64 << 10];
    while let Ok(read @ 1..) = client.read(&mut buffer) {
        let chunk = &buffer[..read];
        let kill = begins_a_request(chunk).then(|| shared.count()).flatten();
        match kill {
            None => {}
            Some((Kill::Before, child)) => {
                child.lock().unwrap().kill().ok();
                break;
            }
            Some((Kill::After, child)) => {
                server.write_all(chunk).ok();
                child.lock().unwrap().kill().ok();
                continue;
            }
        }
        if server.write_all(chunk).is_err() {
            break;
        }
    }
    server.shutdown(Shutdown::Write).ok();
}

/// The SDK sends a request's head in a write of its own, and no body of ours begins so.
fn begins_a_request(chunk: &[u8]) -> bool {
    let methods: [&[u8]; 5] = [b"GET /", b"PUT /", b"HEAD /", b"POST /", b"DELETE /"];
    methods.iter().any(|method| chunk.starts_with(method))
}

impl Shared {
    /// Counts a request; the process to kill where this is the one.
    fn count(&self) -> Option<(Kill, Arc<Mutex<Child>>)> {
        let number = self.requests.fetch_add(1, Ordering::SeqCst) + 1;
        let armed = self.armed.lock().unwrap();
        let (at, kill, child) = armed.as_ref()?;
        (*at == number).then(|| (*kill, Arc::clone(child)))
    }
}
