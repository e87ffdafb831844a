//! Access tokens by the client credentials grant with private_key_jwt.
