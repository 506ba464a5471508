//! Recurses without end.
use deepfix_guests::*;

#[allow(unconditional_recursion)]
fn deeper(n: u64) -> u64 {
    let frame = std::hint::black_box([n; 32]);
    std::hint::black_box(deeper(frame[0] + 1)) + frame[31]
}

guest!(_ => Ok(Report::new(deeper(0).to_string())));
