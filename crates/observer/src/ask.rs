//! Asking about many things at once.

use futures::{StreamExt, stream};

/// Requests under way at once; Azure's throttles count per subscription.
const PARALLEL: usize = 32;

/// Asks about each of `items`, many at once, and answers in their order.
pub(crate) async fn each<I, F: Future>(
    items: impl IntoIterator<Item = I>,
    ask: impl FnMut(I) -> F,
) -> Vec<F::Output> {
    stream::iter(items).map(ask).buffered(PARALLEL).collect().await
}
