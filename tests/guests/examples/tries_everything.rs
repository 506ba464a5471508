//! Tries files, environment, arguments, input, sockets and processes, and reports what it saw.
use deepfix_guests::*;

use std::{
    fs,
    io::Read,
    net::{TcpListener, TcpStream, ToSocketAddrs, UdpSocket},
};

fn attempt<T: std::fmt::Debug>(result: std::io::Result<T>) -> Json {
    match result {
        Ok(it) => json!({ "got": format!("{it:?}") }),
        Err(error) => json!({ "denied": error.to_string() }),
    }
}

guest!(_ => {
    let mut input = String::new();
    Ok(report(json!({
        "read_file": attempt(fs::read("/etc/passwd")),
        "read_relative": attempt(fs::read("Cargo.toml")),
        "write_file": attempt(fs::write("/tmp/deepfix-was-here", "x")),
        "list_root": attempt(fs::read_dir("/").map(|it| it.count())),
        "list_here": attempt(fs::read_dir(".").map(|it| it.count())),
        "remove": attempt(fs::remove_file("/tmp/deepfix-was-here")),
        "tcp_connect": attempt(TcpStream::connect(("127.0.0.1", setting_port()))),
        "tcp_listen": attempt(TcpListener::bind("127.0.0.1:0")),
        "udp_bind": attempt(UdpSocket::bind("127.0.0.1:0")),
        "resolve": attempt(("localhost", 80).to_socket_addrs().map(|it| it.count())),
        "process": attempt(std::process::Command::new("/bin/true").status()),
        "thread": attempt(std::thread::Builder::new().spawn(|| ()).map(|_| ())),
        "environment": std::env::vars().map(|(name, _)| name).collect::<Vec<_>>(),
        "arguments": std::env::args().collect::<Vec<_>>(),
        "directory": std::env::current_dir().map(|it| it.display().to_string()).ok(),
        "input": std::io::stdin().read_to_string(&mut input).map(|_| input).unwrap_or_default(),
    })))
});

/// Nothing has to listen there: the refusal comes before any packet.
fn setting_port() -> u16 {
    22
}
