//! With new keys, everything works as with fixed ones.

use tongbao_sim::{CryptoSettings, KeyMode};

use crate::world::World;

#[tokio::test(start_paused = true)]
async fn new_keys_sign_and_verify_in_every_mode() {
    for mode in [KeyMode::Certificate, KeyMode::PublicKey, KeyMode::Both] {
        let world = World::with(|settings| {
            settings.crypto = CryptoSettings::Generate;
            settings.key_mode = mode;
            // Once is enough: keys are slow to make without optimisation.
            if mode == KeyMode::Both {
                settings.speak_tls();
            }
        });
        let told = world.create(&world.order("T20260301A")).await;
        assert!(told.status == 200 && world.verifies(&told.headers, &told.body), "{told:?}");
        let fixed = World::with(|settings| settings.key_mode = mode).env;
        let authority = |env: &tongbao_sim::Env| env.tls.as_ref().map(|tls| tls.authority_pem.clone());
        assert_eq!(authority(&world.env).is_some(), mode == KeyMode::Both);
        let published = World::with(tongbao_sim::Settings::speak_tls).env;
        assert_ne!(authority(&world.env), authority(&published), "an authority of its own");
        assert_ne!(world.env.merchants[0].private_key_pem, fixed.merchants[0].private_key_pem);
        let pems = |env: &tongbao_sim::Env| {
            let public = env.platform_public_key.as_ref().map(|key| key.pem.clone());
            (public, env.platform_certificate.as_ref().map(|it| it.pem.clone()))
        };
        let (made, published) = (pems(&world.env), pems(&fixed));
        assert!(made.0.is_none() || made.0 != published.0, "no published key signs");
        assert!(made.1.is_none() || made.1 != published.1, "no published key signs");
    }
}
