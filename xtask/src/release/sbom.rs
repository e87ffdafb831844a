//! The bill of materials: CycloneDX 1.5, of everything that is linked into the program.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

/// Renders what `cargo metadata` tells. There is no serial number and no time, which would differ each time.
pub(super) fn render(metadata: &Value) -> Result<String> {
    let packages = by_id(metadata)?;
    let links = linked(metadata)?;
    let root = links.keys().find(|id| packages.get(*id).is_some_and(|it| it["name"] == "okta-m2m"));
    let root = root.context("the program is not among the packages")?;
    let components: Vec<_> = links
        .keys()
        .filter(|id| *id != root)
        .map(|id| component(packages[id], "library"))
        .collect();
    let purl_of = |id: &String| purl(packages[id]);
    let dependencies: Vec<_> = links
        .iter()
        .map(|(id, on)| {
            json!({"ref": purl_of(id), "dependsOn": on.iter().map(purl_of).collect::<Vec<_>>()})
        })
        .collect();
    let bill = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": component(packages[root], "application")},
        "components": components,
        "dependencies": dependencies,
    });
    Ok(format!("{bill:#}\n"))
}

fn by_id(metadata: &Value) -> Result<BTreeMap<String, &Value>> {
    let packages = metadata["packages"].as_array().context("no packages")?;
    let entries =
        packages.iter().map(|it| Ok((it["id"].as_str().context("no id")?.to_owned(), it)));
    entries.collect()
}

/// What is reached from the program by normal dependencies, with what each needs itself.
fn linked(metadata: &Value) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let nodes = metadata["resolve"]["nodes"].as_array().context("nothing is resolved")?;
    let node = |id: &str| nodes.iter().find(|node| node["id"] == id);
    let packages = by_id(metadata)?;
    let own = packages.iter().find(|(_, it)| it["name"] == "okta-m2m");
    let mut open = vec![own.context("the program is not there")?.0.clone()];
    let mut links = BTreeMap::new();
    while let Some(id) = open.pop() {
        if links.contains_key(&id) {
            continue;
        }
        let dependencies = node(&id).and_then(|node| node["deps"].as_array());
        let normal: BTreeSet<String> = dependencies
            .into_iter()
            .flatten()
            .filter(|it| it["dep_kinds"].as_array().is_some_and(|it| it.iter().any(is_linked)))
            .filter_map(|it| it["pkg"].as_str().map(str::to_owned))
            .collect();
        open.extend(normal.iter().cloned());
        links.insert(id, normal);
    }
    Ok(links)
}

/// Neither a build script's nor a test's.
fn is_linked(kind: &Value) -> bool {
    kind["kind"].is_null()
}

fn purl(package: &Value) -> String {
    let text = |name: &str| package[name].as_str().unwrap_or_default();
    format!("pkg:cargo/{}@{}", text("name"), text("version"))
}

fn component(package: &Value, kind: &str) -> Value {
    let mut component = json!({
        "type": kind,
        "bom-ref": purl(package),
        "name": package["name"],
        "version": package["version"],
        "purl": purl(package),
    });
    if let Some(license) = package["license"].as_str() {
        // An older way to write OR, which is no SPDX expression.
        component["licenses"] = json!([{"expression": license.replace('/', " OR ")}]);
    }
    component
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_linked_is_listed_and_what_builds_is_not() {
        let package = |name: &str, license: &str| json!({"id": name, "name": name, "version": "1.0.0", "license": license});
        let needs = |name: &str, kind: Value| json!({"pkg": name, "dep_kinds": [{"kind": kind}]});
        let metadata = json!({
            "packages": [package("okta-m2m", "MIT"), package("a", "MIT/Apache-2.0"), package("b", "MIT"), package("cc", "MIT")],
            "resolve": {"nodes": [
                {"id": "okta-m2m", "deps": [needs("a", Value::Null), needs("cc", json!("build"))]},
                {"id": "a", "deps": [needs("b", Value::Null), needs("cc", json!("dev"))]},
                {"id": "b", "deps": []}, {"id": "cc", "deps": []},
            ]},
        });
        let bill: Value = serde_json::from_str(&render(&metadata).unwrap()).unwrap();
        assert_eq!(bill["metadata"]["component"]["purl"], "pkg:cargo/okta-m2m@1.0.0");
        let names = bill["components"].as_array().unwrap().iter().map(|it| &it["name"]);
        assert_eq!(names.collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(bill["components"][0]["licenses"][0]["expression"], "MIT OR Apache-2.0");
        let links = &bill["dependencies"][0];
        assert_eq!(links, &json!({"ref": "pkg:cargo/a@1.0.0", "dependsOn": ["pkg:cargo/b@1.0.0"]}));
    }
}
