//! What the CDN runs for every request, run by node.

use std::process::Command;

use serde_json::{Value, json};
use tests::tools;

use crate::{
    Outcome,
    template::{deployed, look},
};

/// Runs the function of the template over requests for `paths`, which all say they come from somewhere else.
fn at_the_edge(paths: &[&str]) -> anyhow::Result<Vec<Value>> {
    let looked = look(&[deployed("template.yaml")], false)?;
    let code =
        looked[0].transformed["Resources"]["AtTheEdge"]["Properties"]["FunctionCode"].as_str().unwrap().to_owned();
    let event = |path: &&str| {
        json!({
            "viewer": {"ip": "198.51.100.7"},
            "request": {"method": "GET", "uri": path, "headers": {"x-viewer-ip": {"value": "203.0.113.66"}}},
        })
    };
    let events: Vec<Value> = paths.iter().map(event).collect();
    let script = format!("{code}\nconsole.log(JSON.stringify({}.map(handler)))", Value::from(events));
    Ok(serde_json::from_str(&tools::printed(Command::new("node").args(["-e", &script]))?)?)
}

#[test]
fn clean_addresses_become_files_and_what_lacks_its_slash_is_led_there() -> Outcome {
    let files = [
        ("/", "/index.html"),
        ("/strategia-2030/", "/strategia-2030/index.html"),
        ("/strategia-2030/projekt/1.0/cele/", "/strategia-2030/projekt/1.0/cele/index.html"),
        ("/assets/style.0123456789abcdef.css", "/assets/style.0123456789abcdef.css"),
        ("/build.json", "/build.json"),
    ];
    let found = at_the_edge(&files.map(|(path, _)| path))?;
    assert_eq!(
        found.iter().map(|found| found["uri"].as_str().unwrap()).collect::<Vec<_>>(),
        files.map(|(_, file)| file)
    );

    let led = [
        ("/strategia-2030", "/strategia-2030/"),
        ("/strategia-2030/projekt/1.0/cele", "/strategia-2030/projekt/1.0/cele/"),
        // Never to another host.
        ("//example", "/example/"),
        ("/\\example", "/example/"),
        ("///", "/index.html"),
    ];
    for (found, (path, goal)) in at_the_edge(&led.map(|(path, _)| path))?.iter().zip(led) {
        let location = found["headers"]["location"]["value"].as_str();
        match location {
            Some(location) => assert_eq!((found["statusCode"].as_u64(), location), (Some(301), goal), "{path}"),
            None => assert!(found["uri"].as_str().unwrap().ends_with(goal), "{path}: {found}"),
        }
    }
    Ok(())
}

#[test]
fn the_function_gets_the_address_that_the_cdn_saw_and_the_path_as_it_is() -> Outcome {
    for path in ["/api/strategia-2030/ankieta", "/api/receipt/NUMBER/SECRET", "/api/"] {
        let found = &at_the_edge(&[path])?[0];
        assert_eq!(found["uri"], path);
        assert_eq!(found["headers"]["x-viewer-ip"], json!({"value": "198.51.100.7"}), "the client's own word counts");
    }
    Ok(())
}
