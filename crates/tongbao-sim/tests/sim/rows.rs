//! One test per row of the dossier's check tables beyond §1.6 (which is in `checks`): v3.md §2.2 to §2.9, §3, §4
//! and §5. The row is the test's name.

mod code_pay;
mod combine;
mod partner;
mod refunds;
mod requests;
mod scenes;
mod standing;

pub(crate) use requests::{Request, at, refused};

/// A row: a request, what is changed in it, and how it is refused: status, code, cause, message.
macro_rules! refusals {
    ($($name:ident: $request:expr, $change:expr => ($status:literal, $code:literal, $cause:literal, $message:literal);)*) => {$(
        #[tokio::test(start_paused = true)]
        async fn $name() {
            let world = $crate::world::World::new();
            let change: fn(&mut serde_json::Value) = $change;
            let request = $request(&world).with(change);
            $crate::rows::refused(&world, request, ($status, $code, $cause, $message)).await;
        }
    )*};
}

pub(crate) use refusals;
