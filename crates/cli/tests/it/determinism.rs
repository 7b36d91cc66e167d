//! Same input, same bytes: at any number of threads, in any folder, under any locale and time zone.

use super::support::Folder;

/// What a run wrote, without what varies by design.
fn outputs(folder: &Folder) -> Vec<(String, Vec<u8>)> {
    let files = folder.files("out").into_iter();
    files.filter(|(name, _)| name != "run.log.json").collect()
}

#[test]
fn threads_folder_locale_and_time_zone_change_nothing() {
    let reference = Folder::with_chain();
    reference.run(&["run", "-j", "1"]).exits(0);
    let expected = outputs(&reference);
    assert!(expected.len() > 5);
    for (threads, locale, zone) in [
        ("1", "C", "UTC"),
        ("2", "tr_TR.UTF-8", "Asia/Kathmandu"),
        ("3", "de_DE.UTF-8", "America/Mexico_City"),
        ("8", "ar", "UTC"),
    ] {
        let folder = Folder::with_chain();
        let mut command = folder.command(&["run", "-j", threads]);
        let output = command.env("LC_ALL", locale).env("TZ", zone).output().expect("starts");
        assert_eq!(output.status.code(), Some(0));
        let found = outputs(&folder);
        for ((name, a), (other, b)) in expected.iter().zip(&found) {
            assert_eq!(name, other);
            assert!(a == b, "{name} differs with {threads} threads, {locale}, {zone}");
        }
        assert_eq!(expected.len(), found.len());
    }
}

#[test]
fn running_from_another_folder_changes_nothing() {
    let here = Folder::with_chain();
    here.run(&["run"]).exits(0);
    let outside = Folder::new();
    let there = Folder::with_chain();
    let file = there.join("palenque.toml");
    outside.run(&["run", file.to_str().expect("UTF-8")]).exits(0);
    assert_eq!(outputs(&here), outputs(&there));
}

#[test]
fn no_output_names_the_machine() {
    let folder = Folder::with_chain();
    folder.run(&["run"]).exits(0);
    let place = folder.path().to_string_lossy().into_owned();
    for (name, bytes) in outputs(&folder) {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(&place), "{name} has an absolute path");
    }
}

#[test]
fn a_second_run_writes_nothing_and_touches_nothing() {
    let folder = Folder::with_chain();
    folder.run(&["run"]).exits(0);
    let times = || {
        let files = folder.files("out").into_iter();
        let time = |name: &str| {
            folder.join("out").join(name).metadata().expect("there").modified().expect("a time")
        };
        files.map(|(name, _)| (time(&name), name)).collect::<Vec<_>>()
    };
    let before = times();
    let again = folder.run(&["run", "--json"]).exits(0).document();
    assert_eq!(again["result"]["written"], 0, "{again}");
    assert_eq!(times(), before);
    folder.run(&["run", "--touch"]).exits(0);
    assert!(times().iter().zip(&before).any(|(a, b)| a.0 > b.0));
}
