//! The style sheet: the colours of the figures, in the light and in the dark, and the rules.

use crate::Theme;
use crate::style::{Colour, Neutrals, group_colour};
use std::fmt::Write as _;

static RULES: &str = include_str!("template/page.css");

/// The style sheet of a page.
pub(super) fn style_sheet() -> String {
    let (light, dark) = (variables(Theme::Light), variables(Theme::Dark));
    format!(
        "\n:root {{{light} }}\n@media screen and (prefers-color-scheme: dark) {{\n:root {{{dark} }}\n}}{RULES}"
    )
}

/// The colours of a theme as variables.
fn variables(theme: Theme) -> String {
    let mut variables = String::new();
    for (name, colour) in colours(theme) {
        let _ = write!(variables, " --{name}: {colour};");
    }
    variables
}

/// The colours of a theme by what they are for. Those of text reach 4.5:1 on the ground.
fn colours(theme: Theme) -> [(&'static str, Colour); 10] {
    let neutrals = Neutrals::of(theme);
    let [blue, vermillion, _, _, orange, sky] = std::array::from_fn(|i| group_colour(i, &neutrals));
    let (accent, warning, error, dropped) = match theme {
        Theme::Light => (
            blue,
            orange.towards(neutrals.ink, 0.5),
            vermillion.towards(neutrals.ink, 0.25),
            vermillion,
        ),
        Theme::Dark => (sky, orange, vermillion.towards(neutrals.ink, 0.4), orange),
    };
    [
        ("ground", neutrals.ground),
        ("raised", neutrals.ground.towards(neutrals.ink, 0.05)),
        ("ink", neutrals.ink),
        ("muted", neutrals.muted),
        ("axis", neutrals.axis),
        ("rule", neutrals.grid),
        ("accent", accent),
        ("warning", warning),
        ("error", error),
        ("dropped", dropped),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_can_be_read_on_the_ground_in_both_themes() {
        for theme in [Theme::Light, Theme::Dark] {
            let all = colours(theme);
            let colour = |name: &str| all.iter().find(|c| c.0 == name).expect("a colour").1;
            for name in ["ink", "muted", "accent", "warning", "error"] {
                for ground in ["ground", "raised"] {
                    let contrast = colour(name).contrast(colour(ground));
                    assert!(contrast >= 4.5, "{theme:?} {name} on {ground}: {contrast}");
                }
            }
            assert!(colour("dropped").contrast(colour("ground")) >= 3.0);
        }
    }

    #[test]
    fn colours_are_named_in_one_place_only() {
        let named =
            RULES.match_indices('#').map(|(at, _)| RULES[at..].chars().take(7).collect::<String>());
        assert_eq!(named.collect::<Vec<_>>(), [] as [&str; 0]);
    }

    #[test]
    fn every_variable_is_defined() {
        let sheet = style_sheet();
        for (at, _) in RULES.match_indices("var(--") {
            let name = RULES[at + 4..].split([')', ',']).next().expect("a name");
            assert!(name == "--key" || sheet.contains(&format!("{name}: ")), "{name}");
        }
    }
}
