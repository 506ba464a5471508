//! Asks for memory until it gets none.
use deepfix_guests::*;

guest!(_ => {
    let mut all: Vec<Vec<u8>> = Vec::new();
    loop {
        all.push(std::hint::black_box(vec![1; 1 << 20]));
    }
});
