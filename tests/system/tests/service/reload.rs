//! SIGHUP: the configuration is read again, whole or not at all.

use super::*;

#[test]
fn sighup_reads_the_configuration_again_and_says_what_needs_a_restart() {
    let home = Home::new();
    home.configure(|text| text.replace("watch = \"1s\"", "watch = \"0s\""));
    let server = Server::start(&home);
    home.configure(|text| {
        let text = text.replace("max_in_flight = 8", "max_in_flight = 9");
        text.replacen(
            "\n[tls]\n",
            "\n[[tenant]]\nname = \"\"\nagents = [\"TrainingArtifactsAnalyzer\"]\n\n[tls]\n",
            1,
        )
    });
    let agents = || server.get("/v1/agents").body["agents"].as_array().unwrap().len();
    assert_eq!(agents(), 5);
    signal(&server, rustix::process::Signal::HUP);
    until("the tenant's agents", || agents() == 2);
    for expected in [
        "SIGHUP",
        "changes of this section need a restart",
        "\"section\":\"server\"",
    ] {
        server.logged(expected);
    }
    let response = server.post("/v1/analyse", training().to_string()).body;
    let names: Vec<_> = response["agent_results"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["TrainingArtifactsAnalyzer", "CrossArtifactReasoningAgent"]);

    home.configure(|text| format!("{text}\nno_such_key = 1\n"));
    signal(&server, rustix::process::Signal::HUP);
    server.logged("everything stays as it was");
    assert_eq!(agents(), 2);

    // What can be read of it is not taken up either: neither the agents nor the tenants.
    home.configure(|text| {
        let text =
            text.replace("\nno_such_key = 1\n", "")
                .replacen("\nagents = [\"TrainingArtifactsAnalyzer\"]\n", "\n", 1);
        let at = text.find("[[agent]]\nname = \"DatasetArtifactsAnalyzer\"").unwrap();
        let end = at + text[at..].find("\n\n").unwrap();
        let text = text[..at].to_owned() + &text[end..];
        let (before, provider) = text.split_once("\n[oidc]\n").unwrap();
        let provider = provider
            .replacen("issuer = \"\"", "issuer = \"https://issuer.example\"", 1)
            .replacen("audience = \"\"", "audience = \"deepfix\"", 1)
            .replacen("ca_file = \"\"", "ca_file = \"no-such-file.pem\"", 1);
        format!("{before}\n[oidc]\n{provider}")
    });
    signal(&server, rustix::process::Signal::HUP);
    server.logged("no-such-file.pem");
    assert_eq!(agents(), 2);
    let plugins = server.get("/v1/agents").body["plugins"].clone();
    assert_eq!(plugins["generation"], 1, "{plugins}");
    assert!(plugins["error"].as_str().unwrap().contains("ca_file"), "{plugins}");
    home.configure(|text| text.replace("no-such-file.pem", ""));
    signal(&server, rustix::process::Signal::HUP);
    until("the agents without one", || agents() == 4);
}
