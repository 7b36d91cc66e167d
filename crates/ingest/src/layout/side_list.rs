//! Side tables: files of text cells whose meaning only the index knows that asks for them.

use super::{Layout, Refused, Titles};
use crate::records::{Kind, Planned};

/// Every column under its own title, all of them text.
pub struct SideList;

impl Layout for SideList {
    fn name(&self) -> &'static str {
        "side_list"
    }

    fn plan(&self, titles: &Titles<'_>) -> Result<Vec<Planned>, Refused> {
        let planned = |(at, title): (usize, &String)| titles.planned(at, title, Kind::Text);
        Ok(titles.titles.iter().enumerate().map(planned).collect())
    }

    fn default_titles(&self) -> &'static [&'static str] {
        &[]
    }
}
