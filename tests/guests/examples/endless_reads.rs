//! Calls a host function for ever and does not heed the refusals. With `heeds`, it returns the first.
use deepfix_guests::*;

guest!(cx => {
    let heeds = setting(cx, "heeds") == true;
    loop {
        let answer = cx.host().read(ArtifactKind::Training, "/none");
        if heeds {
            answer?;
        }
    }
});
