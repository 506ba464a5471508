//! Waits for an hour.
use deepfix_guests::*;

guest!(_ => {
    std::thread::sleep(std::time::Duration::from_secs(3600));
    Ok(Report::default())
});
