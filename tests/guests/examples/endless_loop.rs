//! Computes for ever.
use deepfix_guests::*;

guest!(_ => {
    let mut n = 0_u64;
    loop {
        n = std::hint::black_box(n.wrapping_add(1));
    }
});
