//! What is derived from a graph once and then used by many indices.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Values derived from a graph, one of each type. A graph never changes, so neither do they; a copy of the graph
/// begins without any.
#[derive(Default)]
pub(crate) struct Memo(Mutex<BTreeMap<TypeId, Arc<dyn Any + Send + Sync>>>);

impl Memo {
    /// The value of this type, if it was derived before.
    pub(crate) fn get<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        let values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(values.get(&TypeId::of::<T>())?).downcast().ok()
    }

    /// Keeps a value for those who ask later.
    pub(crate) fn set<T: Any + Send + Sync>(&self, value: &Arc<T>) {
        let value: Arc<dyn Any + Send + Sync> = Arc::<T>::clone(value);
        let mut values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        values.insert(TypeId::of::<T>(), value);
    }
}

impl Clone for Memo {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl fmt::Debug for Memo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Memo")
    }
}
