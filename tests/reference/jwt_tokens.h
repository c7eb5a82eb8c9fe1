/* Made by tests/reference/jwt_tokens.py with PyJWT 2.15.1. */
#ifndef WEIR_TESTS_REFERENCE_JWT_H
#define WEIR_TESTS_REFERENCE_JWT_H

#define JWT_NOW (INT64_C(1800000000) * USEC_SECOND)
#define JWT_ISSUER "https://login.example.com/"
#define JWT_AUDIENCE "weir"
static const char jwt_secret[] =
      "a shared secret of 32 bytes or so";
static const char jwt_set[] =
      "{\"keys\": [{\"kty\": \"oct\", \"kid\": \"secret-1\", \"k\": \"YSBzaGFyZWQgc2VjcmV0IG9mIDMyIGJ5dGVzI"
      "G9yIHNv\"}, {\"kid\": \"rsa-1\", \"kty\": \"RSA\", \"n\": \"7YFzq3Z2QUf1xnqZ9c8PDvF2EnLWp73BjR4l2e89"
      "i5HiAC0kfQ1NrGhrR3rJ1wJDC2_PJ-dIuy79g10s7N3hbqtrNDnN4c49lha8B-XzJJL2zKbpfZSw6mrBn683_j0HP06t1jGzMuw6"
      "rmK_2hKfA8xeWtfyDA7jdb_CRJq1M0Pm4Zys91I_HC6QWHXwRNWbOuJ9wBdTKBfbDF2sPxCt-7D1s93B-TxaXyrEzQMailUoL2kR"
      "hkH8mpscPK1vOdEp5RqN3Ml78nUbgW_ohJ3_e78c-oNzxKFYRBBvXnaNaEup1YhKm6Qu5cu7Br4pRUv2gJyEC7mO2FKC0ugCoh_l"
      "fQ\", \"e\": \"AQAB\", \"use\": \"sig\", \"alg\": \"RS256\"}, {\"kid\": \"rsa-enc\", \"kty\": \"RSA"
      "\", \"n\": \"xJ3WuAPTc6Jq0kLrac5c8xNHF53k_9CkLgya2AunCgBGmwmGGJ9UgP4CNQ-I3UA28pKfPyVHOBh8soHW1f8OqbG"
      "Yw4ZmjEYyafOI8SricIa2O8mO-PA8j8lcTMDi-1Tw_RCZPWltu0IFsRGuZdbqnmXhfIMMhtOnGPhVtpqRn5NxWghRJb26cIh7hc_"
      "lEtxNBdpWKSpNS2dgpPmr5AHiIqPzPMKCoDfScAIvu2AedowwetlCmRalTNXZJx5Ql1KAjTwsafhVooKL1LpA0U_i3yRYp24FxDh"
      "63OlbLb4z8kKLOg8dXyBpZEhLVwBL8XJXnS7kJUyTJk3Z4mc65Hw9_Q\", \"e\": \"AQAB\", \"use\": \"enc\"}, {\"ki"
      "d\": \"rsa-pss\", \"kty\": \"RSA\", \"n\": \"xJ3WuAPTc6Jq0kLrac5c8xNHF53k_9CkLgya2AunCgBGmwmGGJ9UgP4"
      "CNQ-I3UA28pKfPyVHOBh8soHW1f8OqbGYw4ZmjEYyafOI8SricIa2O8mO-PA8j8lcTMDi-1Tw_RCZPWltu0IFsRGuZdbqnmXhfIM"
      "MhtOnGPhVtpqRn5NxWghRJb26cIh7hc_lEtxNBdpWKSpNS2dgpPmr5AHiIqPzPMKCoDfScAIvu2AedowwetlCmRalTNXZJx5Ql1K"
      "AjTwsafhVooKL1LpA0U_i3yRYp24FxDh63OlbLb4z8kKLOg8dXyBpZEhLVwBL8XJXnS7kJUyTJk3Z4mc65Hw9_Q\", \"e\": \""
      "AQAB\", \"alg\": \"PS256\"}, {\"kid\": \"rsa-weak\", \"kty\": \"RSA\", \"n\": \"tD2jVBzGdGv5aRTWDnBt"
      "xfG3geZhG-nFkHK7T7qvkbpJHJ7VTYX6NTrfgNJWqqqqRzLTFkvSMtF2aCmkUEVXszN9ySu4au4MXYDB974g7m184kxEO6lx3gIk"
      "RMohkk8LerKMYmvFyJRBhyxSU5fox-2v9lo7QwgNu-ktrUxCw_M\", \"e\": \"AQAB\"}, {\"kid\": \"rsa-private\", "
      "\"kty\": \"RSA\", \"n\": \"xJ3WuAPTc6Jq0kLrac5c8xNHF53k_9CkLgya2AunCgBGmwmGGJ9UgP4CNQ-I3UA28pKfPyVHO"
      "Bh8soHW1f8OqbGYw4ZmjEYyafOI8SricIa2O8mO-PA8j8lcTMDi-1Tw_RCZPWltu0IFsRGuZdbqnmXhfIMMhtOnGPhVtpqRn5NxW"
      "ghRJb26cIh7hc_lEtxNBdpWKSpNS2dgpPmr5AHiIqPzPMKCoDfScAIvu2AedowwetlCmRalTNXZJx5Ql1KAjTwsafhVooKL1LpA0"
      "U_i3yRYp24FxDh63OlbLb4z8kKLOg8dXyBpZEhLVwBL8XJXnS7kJUyTJk3Z4mc65Hw9_Q\", \"e\": \"AQAB\", \"d\": \"A"
      "QAB\"}, {\"kid\": \"ec-1\", \"kty\": \"EC\", \"crv\": \"P-256\", \"x\": \"Osufs_V5bSwCbXiRInTnxR-GQa"
      "rFClQuZUqO1sV7O90\", \"y\": \"uPfMmiqj6_kjxdyaGVBI3rOGAc7xQb0sNvb9c3nJhkY\", \"key_ops\": [\"verify"
      "\"]}, {\"kid\": \"ec-384\", \"kty\": \"EC\", \"crv\": \"P-384\", \"x\": \"mhxosqQppRQYpN4Kghg3XA1mle"
      "2J7Z3a1XhOWii9RfaQn3Fe3gYXY74kD0YFJvdK\", \"y\": \"nfyPaSR961gK0ZXWo2a1OXDXOfql_J1aGIitk2Eh9GrFRu-gU"
      "WmZEePIKrzdnUPa\"}, {\"kid\": \"ec-off\", \"kty\": \"EC\", \"crv\": \"P-256\", \"x\": \"AAAAAAAAAAAA"
      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\", \"y\": \"SzdDLfHonqRbFtnMy4UUpVAGI-_Xisw0UuJGp3bjWGk\"}, {\"kid\""
      ": \"ec-sign\", \"kty\": \"EC\", \"crv\": \"P-256\", \"x\": \"NTISxfs1rOjwSSBdQMD07q2wEfTfRcfdDTzwTya"
      "tkHI\", \"y\": \"SzdDLfHonqRbFtnMy4UUpVAGI-_Xisw0UuJGp3bjWGk\", \"key_ops\": [\"sign\"]}, {\"kid\": "
      "\"ed-1\", \"x\": \"oEZyxzp8SLloeM_Tajse_QUrfbIOtW6Edo8UFi4vers\", \"kty\": \"OKP\", \"crv\": \"Ed255"
      "19\"}, {\"kty\": \"OKP\", \"crv\": \"X25519\", \"x\": \"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
      "\", \"kid\": \"x-1\"}, {\"kty\": \"new\"}, 7, null, [], {}]}";
static const struct {
    const char *name, *pem;
} jwt_pems[] = {
    { "pem rsa-1",
      "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA7YFzq3Z2QUf1xnqZ9c8P\nDvF2En"
      "LWp73BjR4l2e89i5HiAC0kfQ1NrGhrR3rJ1wJDC2/PJ+dIuy79g10s7N3h\nbqtrNDnN4c49lha8B+XzJJL2zKbpfZSw6mrBn683"
      "/j0HP06t1jGzMuw6rmK/2hKf\nA8xeWtfyDA7jdb/CRJq1M0Pm4Zys91I/HC6QWHXwRNWbOuJ9wBdTKBfbDF2sPxCt\n+7D1s93B"
      "+TxaXyrEzQMailUoL2kRhkH8mpscPK1vOdEp5RqN3Ml78nUbgW/ohJ3/\ne78c+oNzxKFYRBBvXnaNaEup1YhKm6Qu5cu7Br4pRU"
      "v2gJyEC7mO2FKC0ugCoh/l\nfQIDAQAB\n-----END PUBLIC KEY-----\n" },
    { "pem ec-1",
      "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEOsufs/V5bSwCbXiRInTnxR+GQarF\nClQuZU"
      "qO1sV7O92498yaKqPr+SPF3JoZUEjes4YBzvFBvSw29v1zecmGRg==\n-----END PUBLIC KEY-----\n" },
    { "pem ed-1",
      "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAoEZyxzp8SLloeM/Tajse/QUrfbIOtW6Edo8UFi4vers=\n-----END P"
      "UBLIC KEY-----\n" },
};

/* good: role, subject; bad: kind of refusal, part of the sentence */
static const struct {
    const char *name, *keys, *token, *role, *subject;
} jwt_good[] = {
    { "RS256",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJy"
      "b2xlcyI6IFsiYXBwcm92ZXIiXX0.yKBRf_wppU6lyLEuZnaZF3xjImyvhdgIiq5UNXkQtR-6ZP57hyXce7NdREATIlXNZze0XFOP"
      "U25GcL8pOAbLgaU3Zj3aWRXQEiz0xNoMSI8QQhJz5kEeNinI_sJ3YTxFOWikGHAi7oIOE4eS4PjWNeOOyNh7WXTpwSne95SoATD7"
      "2YRXWpAmjIqU2CwsQGzLX9FKGPNjtJmPCkJsu7poHuy12RgpmLmNPvfGLNukHDYSvr6rJuRfpfBvVcnQThZW3wWkUFqOLTCYZFCy"
      "9PVsNylCJ94I5AVAfpYlGViGAcKIEnFbWZ98iuolsn8fKST5isT5kAJdNeTzCIKbsVujbg",
      "approver",
      "anna" },
    { "ES256",
      "jwks",
      "eyJhbGciOiJFUzI1NiIsImtpZCI6ImVjLTEiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvb"
      "S8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb"
      "2xlcyI6IFsiYXBwcm92ZXIiXX0.zrOjACUoCTfSZyuIh_xXs-aB7cLarMlz0D207z7PAd1b1RyIOrhTi39XkXzHGmdTyHSFwJ1pT"
      "22GCMcDw2DEZw",
      "approver",
      "anna" },
    { "EdDSA",
      "jwks",
      "eyJhbGciOiJFZERTQSIsImtpZCI6ImVkLTEiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvb"
      "S8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb"
      "2xlcyI6IFsiYXBwcm92ZXIiXX0.i1SBtqNFNST6AYivtYmwSWXC_6gAyZ3jBZqy8ggUWXj1lUhEzE2S9d8rO1Z6nnSy0f4nFNx-y"
      "0RWwPQluKWhAQ",
      "approver",
      "anna" },
    { "HS256",
      "secret",
      "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUuY29tLyIsImF1ZCI6IndlaXI"
      "iLCJzdWIiOiJhbm5hIiwiaWF0IjoxNzk5OTk5OTQwLCJleHAiOjE4MDAwMDA2MDAsInJvbGVzIjpbImFwcHJvdmVyIl19.nfySCU"
      "q6If0WvOnB27DsD4Ide1nl2myILSVZ0Q3CEdc",
      "approver",
      "anna" },
    { "HS256 with a kid",
      "secret",
      "eyJhbGciOiJIUzI1NiIsImtpZCI6IngiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUuY29tLyIsI"
      "mF1ZCI6IndlaXIiLCJzdWIiOiJhbm5hIiwiaWF0IjoxNzk5OTk5OTQwLCJleHAiOjE4MDAwMDA2MDAsInJvbGVzIjpbImFwcHJvd"
      "mVyIl19.UYJOzbrKRV6TOSLPY0tPdWp7BUpMEb22lrPfj-oqM3w",
      "approver",
      "anna" },
    { "RS256 by PEM",
      "pem rsa-1",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJy"
      "b2xlcyI6IFsiYXBwcm92ZXIiXX0.yKBRf_wppU6lyLEuZnaZF3xjImyvhdgIiq5UNXkQtR-6ZP57hyXce7NdREATIlXNZze0XFOP"
      "U25GcL8pOAbLgaU3Zj3aWRXQEiz0xNoMSI8QQhJz5kEeNinI_sJ3YTxFOWikGHAi7oIOE4eS4PjWNeOOyNh7WXTpwSne95SoATD7"
      "2YRXWpAmjIqU2CwsQGzLX9FKGPNjtJmPCkJsu7poHuy12RgpmLmNPvfGLNukHDYSvr6rJuRfpfBvVcnQThZW3wWkUFqOLTCYZFCy"
      "9PVsNylCJ94I5AVAfpYlGViGAcKIEnFbWZ98iuolsn8fKST5isT5kAJdNeTzCIKbsVujbg",
      "approver",
      "anna" },
    { "RS256 by PEM, without a kid",
      "pem rsa-1",
      "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvbS8iLCAiYXVkIjogInd"
      "laXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb2xlcyI6IFsiYXBwcm9"
      "2ZXIiXX0.HEw6uRpNU3tp4rNccLJ9Jm0BEPX7rI3l0R5eGLfWbNNNvdgyYI1--ae_NlriZ4yasowel07mfP_8rWmdLm3G_RLevbL"
      "cKcYW1tQcPfwVEonAZcZJlvqYK_vvM88ng4NImrODc_kk2Ib5IxuSuQw-ItM2XTbukNhI4hkCJsNE8_6_f_-xwi8rlXO2Ks5_Qmj"
      "dbRJJu6lnAHE8Oc3I-TXLE7yziwUiHEPIGMZNxMA_9M6ryYCSktzrY-HmBL-2CxdHcO4P9lobcPaI07NEbfuxcwdDsgIAtTw9MGp"
      "q9wFEtvrJPwP28I8yJGky8ub_fmCuiLWod-VFBcwPM4CFyokodQ",
      "approver",
      "anna" },
    { "ES256 by PEM",
      "pem ec-1",
      "eyJhbGciOiJFUzI1NiIsImtpZCI6ImVjLTEiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvb"
      "S8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb"
      "2xlcyI6IFsiYXBwcm92ZXIiXX0.6aVwPtmeW8WsBay_LSPCwrXLFwB3oZ-LKVwnErsuth45QC3joYuJ2Fzsp0OhRWgDBLOW-fN2j"
      "UOo2V2NVKlsTQ",
      "approver",
      "anna" },
    { "ES256 by PEM, without a kid",
      "pem ec-1",
      "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvbS8iLCAiYXVkIjogInd"
      "laXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb2xlcyI6IFsiYXBwcm9"
      "2ZXIiXX0.G_Vv5kzTwOMqKGN4iTyYo-DEBs6CY3URiQ3GrFBEfQNFH81OSLxEtEtRvabosyWf7-Vlo1GJG4rxbvOkKW2JWA",
      "approver",
      "anna" },
    { "EdDSA by PEM",
      "pem ed-1",
      "eyJhbGciOiJFZERTQSIsImtpZCI6ImVkLTEiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvb"
      "S8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb"
      "2xlcyI6IFsiYXBwcm92ZXIiXX0.i1SBtqNFNST6AYivtYmwSWXC_6gAyZ3jBZqy8ggUWXj1lUhEzE2S9d8rO1Z6nnSy0f4nFNx-y"
      "0RWwPQluKWhAQ",
      "approver",
      "anna" },
    { "EdDSA by PEM, without a kid",
      "pem ed-1",
      "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvbS8iLCAiYXVkIjogInd"
      "laXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb2xlcyI6IFsiYXBwcm9"
      "2ZXIiXX0.11tgr5QhR0wQOsqU81jx-yFVXu90MhxKD06ACgJpC2rNtH5xY9hUMuKcsN5ht3bcV1czVLLy1k1-B8Q4qtl3Dg",
      "approver",
      "anna" },
    { "no kid, one key for the algorithm",
      "jwks",
      "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvbS8iLCAiYXVkIjogInd"
      "laXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb2xlcyI6IFsiYXBwcm9"
      "2ZXIiXX0.F-scfj1A5xaHzx2QKqWYICN-3obv8cW_eUM7tabhFMUhPwv5cHgEHodClx2KdzBIzyzaYWacHRjaL49AFfuhwQ",
      "approver",
      "anna" },
    { "no typ",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJy"
      "b2xlcyI6IFsiYXBwcm92ZXIiXX0.yKBRf_wppU6lyLEuZnaZF3xjImyvhdgIiq5UNXkQtR-6ZP57hyXce7NdREATIlXNZze0XFOP"
      "U25GcL8pOAbLgaU3Zj3aWRXQEiz0xNoMSI8QQhJz5kEeNinI_sJ3YTxFOWikGHAi7oIOE4eS4PjWNeOOyNh7WXTpwSne95SoATD7"
      "2YRXWpAmjIqU2CwsQGzLX9FKGPNjtJmPCkJsu7poHuy12RgpmLmNPvfGLNukHDYSvr6rJuRfpfBvVcnQThZW3wWkUFqOLTCYZFCy"
      "9PVsNylCJ94I5AVAfpYlGViGAcKIEnFbWZ98iuolsn8fKST5isT5kAJdNeTzCIKbsVujbg",
      "approver",
      "anna" },
    { "an access token (RFC 9068)",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiYXQrand0In0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxl"
      "LmNvbS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAs"
      "ICJyb2xlcyI6IFsiYXBwcm92ZXIiXX0.NVYyEtOOL7kn4jOTCbbYoevNltwGZD1Oi5q2wmogrW_RuJKeIOLzW8e9no9kkDlUkAPa"
      "_fCxD04IS0XtpzIJ_pv5tu0ePd_B7pgT56yp_yknijY_u6VI3CeJ2ndSyidGG8I182z_GNg3YbtPiUdNf6FHDE7ZGoprRTXND0GW"
      "qvqz58upV1bqKfprvFgsBUWeigVvs2zHcrguwlPvYN7SH6tOTt4ENuMJ_UBeetR12E9WxwTHtHvNXfguETayRI9R7HgUIYErVstU"
      "YAos8DJ-pJSvJ-Vr1aNkfpX7fsOripsyJOvkAY2WKdBd44Dr1bno534isjFPRdLhsSa7IPNA8Q",
      "approver",
      "anna" },
    { "an audience in a list",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogWyJvdGhlciIsICJ3ZWlyIl0sICJzdWIiOiAiYW5uYSIsICJpYXQiOiAxNzk5OTk5OTQwLCAiZXhwIjogMTgw"
      "MDAwMDYwMCwgInJvbGVzIjogWyJhcHByb3ZlciJdfQ.aoKYIf76QvU3WuCmhGbymx25fMAw4ClEZpLQrFaiyCuWiEe1Opcc3jlwR"
      "KsHVqIFCc1LgqHTD6aueedZVgS8GvvE8KVI7wTyAt5Ap5qix8SGJahmbO-0zdDqZHZKm5GL0CKPxGpJ5hqK_BwSTvRlxvpcFJfNd"
      "RUgtRx6_p4TS0D81-57I2AnyyJ2lvBgz2ooR7pmbDprmiOEKJVWB1c0kT5buIBIKW5ACbrw5Mt7tR5X9BUxeNsawuBf5T2xWpUWw"
      "BkyHggxQzf8mK8_8XgcVcnwrDu8OI42gbME9-VL8LPhfJ44J-lzzbZf7nGEOUu9ECVvezWaLh0Ose5TyEa3FA",
      "approver",
      "anna" },
    { "a time with a fraction",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDAwMDAuNSwg"
      "InJvbGVzIjogWyJhcHByb3ZlciJdfQ.uL4J4lit4OhSrLsV22RLTzzqXXUbzuhS79MraznfQmYNYEE4JBIV28Sgd6coXnFcKECL2"
      "JLmZH4eC7kEKw_VXlbSENvvqlXGvGr5hZKTg0Q0QQMh14ICZBR6gZcWDPNvhlvjIOn4P6Bed1DRts-gFG9SZTX2qc6IoIaW8B5Mw"
      "jL8Mv7oYyEAskyjJa84em57kV_SezJIpJC-14PVw_Vc4pcSTVJQ-bLZ2UT3hM6DYYa47KYgAv0pvLNEyR50tZUOSLtoCss_RSeMj"
      "ywhEt_y5Cq6Sdz1BMO3wZ6JmVBpv_mPmaNI63Y98gbmMo5s8iC8qMBJ_A0OsUBvt_iNzPrjHw",
      "approver",
      "anna" },
    { "expired within the leeway",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE3OTk5OTk5NzEsICJy"
      "b2xlcyI6IFsiYXBwcm92ZXIiXX0.yLt9RhW8ztD0NMAYmzc865I3OgWRvBirm276jNqXsrOUs1m_XpJDi4gVnuW5Mq9nQznKzchD"
      "Ibg5cgza8Oj3wI6PrxwpYTJPiB9I7kk5XIhGB7qCwT-8KYPoEdlu1WHXYqfsIYELNlN4E8aw-r6Teim3KlvNSojEWt9vbzu3Bkye"
      "4fetRZyhriE4KiHtuTaZSUQ5mVFphTL2HBKvf3BIsmLnUXLKp0pg8veV4uPVKEpEi7qH3XvWZGoUYOQe4a9ELQnzJG2OwD3gelGd"
      "lAXb_Tju0FNa5DHUxCRyg8iC-F8nTXgO3Fg5u24Ot1-r0jT-MPBrW_ywOuPxcdyrtxv2Ow",
      "approver",
      "anna" },
    { "not yet, within the leeway",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTgwMDAwMDAzMCwgImV4cCI6IDE4MDAwMDA2MDAsICJy"
      "b2xlcyI6IFsiYXBwcm92ZXIiXSwgIm5iZiI6IDE4MDAwMDAwMzB9.fT277f9DtHIqFLIufit-CoNdLqna7L8DhTDsxwpdESjyC4R"
      "wTXuFQFbK2ngYZ4xQUO5KFAcyS8csG2PmMwwxFjtL3QdNeLF28m43yfQajZy5NOTle2KBdKbcp4dqVZTSLlyRk2KkwbVjDotcrJi"
      "uBE4xcufUpTKO8r-BuKc5q7ahN2KYFsJI7sqbIYYa0qMDXAe_mMmFyIrQPWcNwHlRvErUfg5j7wpoChGEn4OqUWo_EQFL3mt0p7I"
      "MBUIHRYglKhFL_an7XgQG8XzupvhBUFOB4ys-0LpnsdDp8eb48qHTnqMENQgZPajxnahMiSzHlu05pFEHBM9eYxOLjwxt8w",
      "approver",
      "anna" },
    { "no iat",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiZXhwIjogMTgwMDAwMDYwMCwgInJvbGVzIjogWyJhcHByb3ZlciJd"
      "fQ.MgNIXpEk4cWKqhxYnCijEnZsoF48nRJ4EEz4ypuXpVFgUXelIKIR4SWlZwhmeF0Jo2yLtmdMNt-9S8eIeZFstE_1Pq0Bfjh2t"
      "m05BjWtj0uMkb6o4W1Gzp_pIbaz4-ic2dnoZl5HHWL4SRYg_5TGz5lpQv0n_s8k-idReEZrE9uqEkTlw7V181XyP4D1kXcZKoEwv"
      "WQ8ajzv3ptKG9jyAQ0mMs0asKfnn21SifEai0GM1wwarvRKJida1EhD_uQ2bnKOYhYlOzP7uodaB3Wmxj3A8o3BkxVp50LK7rtdh"
      "rjPHN4hCbB50Z6eHfiqP_8b097glxz8iPuTvQiszx7f9g",
      "approver",
      "anna" },
    { "roles as words",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJy"
      "b2xlcyI6ICJvcGVuaWQgdmlld2VyIG9wZXJhdG9yIn0.4UGCST_53pk_p_wxWDFinIAI3Pf0Fva5CUWg1YwzH8M1q6MBB2Gp6cNQ"
      "irrZ9aPElTXpR63NdyNc0gq8jGJRBIPJtfW_IUbF6HrZYjcE6vwH6HOgqr2fUDFELK3fzQ58DEqYOwvqdUKE5E9dVvb-z_Qw9p4I"
      "A1e_xYWD3SNLxpA0J4eSQTg9eKcOeogYMzSpGbclygO3KBc1hc08NcjNRqQ8TWqbn4hN9wCfeG4eDDytICFnvKa4FCIwEmFQ1uVW"
      "rCLAQJOmlw4ptSulVbhoEqKZPsSIUJyhmXGHGzVhbK1FHh8JUrjq3UL7BtYf5KrfE0jvmBRTAusj6lmTfPsMHg",
      "operator",
      "anna" },
    { "the highest role",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJy"
      "b2xlcyI6IFsidmlld2VyIiwgImFkbWluIiwgImluZ2VzdCJdfQ.jK83G6HNlIdaovtMi0CsD4x0gY2lXvvQo9RIatBVtkoyEaKin"
      "peaTceXbu9e9gMC7veh3x8RqPsWtoo-4oKN3UXoCzgU2oIh04JGKGx4f1qK7A4zq7QwPvxz2dg1gVRXfraUaMFO04a7dZAbHZnBV"
      "Xg7zv41Bm3SKsyVvD9v47gUo9HB0PJXImT8FjwGKubnjkziQ0Mf37ir5yKoox0e4IUbEtryo8c9yPtaM_qgDQ5MCWb4hwIVekfXz"
      "6-obd1RVWEgsa_H0TOF_RXr9aHZhiK19EKKE1j_UOyB_ZjOA8ZXZ_iSqnNfuFa19sYouZi7wvJ0XYcMJ9hiSAfNBV2G5w",
      "admin",
      "anna" },
    { "no roles",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDB9.hms"
      "ZYSp6j0ZTL6kcNdXcxQSmfSQ8CF_-n6_cCXckpCb-koUTIWw211cNEBSSbMfHSuyfHMyy5_IMGEkzUsToMa6IbFKuElLLxHD_TuE"
      "xI-e2_zbNvYhXivcRuSMlkETghjXe1BwPoV3lGBu14awmucykPX4DdUUW8u6mz1SzBNmRS9_AarMewVYaK4Mk4RbleesS_g1G9BJ"
      "IlXSd3NauneTcj2_fdjfzxEfndjX5faRyNNrCRX0seq0OaWwoNV2dWqqHM0Jy0PL4JmG1gYYHdAvzqHm1fBfNralV38dAXXUU9fV"
      "vmXQbdG_98gI2BcFiVmrMif93KJ-AiGGWKLpg-w",
      "public",
      "anna" },
    { "roles that are not ours",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJy"
      "b2xlcyI6IFsicm9vdCIsIDcsIG51bGwsIHsiYWRtaW4iOiAxfSwgInB1YmxpYyJdfQ.h-HpDfzJ1xzjOjB38LmQzgbrhX-12rqma"
      "A5I9Ql582a7-n2hDUpRt0SERVsCgLYFUfLogcPnsJzXqMpFaxj6ab2HXWEy2Ej8aIPI7PJeeunWjgeDtKzeBG2gMVOITpjJa8JHK"
      "s8fgKZfX5MyvC12J1vp6FJzwBrP9yeTJyAy27qaWp0NJDUywNaF3Dio6kK1x7eUdQ2l43eIJhS6BgKB8oXoYAnk643WiXhMycRCP"
      "wZ_O1_Tze9-RodUm4qTYa57KYdo2M7NfviqItjIPp9BGg092SMbr9U1Wf8BEABmrWHDuOyMxHMt9Jqf6DW9RAIbZyIz4V9Bg0or_"
      "x21rcBvoQ",
      "public",
      "anna" },
    { "roles that are no list",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJy"
      "b2xlcyI6IHsiYWRtaW4iOiB0cnVlfX0.jhQJxSQX06IfqjuZJ8TROLuiX1fDOONOviUuO1uhwUctk02MqpUcn9T_OWrdBLRfF9T6"
      "kbF4w0xWOPDut-K8C69gcOmkr8ee--puMtxxpKvgZUyDjQfSRmtnbHavFa2oJxV57HXiU48JFHLsGsz-kQ7sM8T0ORHs8p8HFRJa"
      "OTtztMcnbL5GfsNW8HbDxTESflSvku6PJ9uFTW0XoqK_N_RRb-cvkr9U0PuU6cDB3UiKPjDO6ndveRcHQgMO5xvCP6InSar2k-b1"
      "9GEIWuZ6rXX2lYP_TCFSRtIj2aRYONZknl70w4njZu69HqzNFQroE5hHdKq5c-9Yx8uC7xyzMw",
      "public",
      "anna" },
    { "places of keys are not looked at",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImprdSI6Imh0dHBzOi8vZXZpbC5leGFtcGxlL2p3a3MiLCJqd2siOnsiZSI6IkFRQUIiLCJraWQiOiJy"
      "c2EtMSIsImt0eSI6IlJTQSIsIm4iOiJ4SjNXdUFQVGM2SnEwa0xyYWM1Yzh4TkhGNTNrXzlDa0xneWEyQXVuQ2dCR213bUdHSjlV"
      "Z1A0Q05RLUkzVUEyOHBLZlB5VkhPQmg4c29IVzFmOE9xYkdZdzRabWpFWXlhZk9JOFNyaWNJYTJPOG1PLVBBOGo4bGNUTURpLTFU"
      "d19SQ1pQV2x0dTBJRnNSR3VaZGJxbm1YaGZJTU1odE9uR1BoVnRwcVJuNU54V2doUkpiMjZjSWg3aGNfbEV0eE5CZHBXS1NwTlMy"
      "ZGdwUG1yNUFIaUlxUHpQTUtDb0RmU2NBSXZ1MkFlZG93d2V0bENtUmFsVE5YWkp4NVFsMUtBalR3c2FmaFZvb0tMMUxwQTBVX2kz"
      "eVJZcDI0RnhEaDYzT2xiTGI0ejhrS0xPZzhkWHlCcFpFaExWd0JMOFhKWG5TN2tKVXlUSmszWjRtYzY1SHc5X1EifSwia2lkIjoi"
      "cnNhLTEiLCJ0eXAiOiJKV1QiLCJ4NXUiOiJodHRwczovL2V2aWwuZXhhbXBsZS94NXUifQ.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpb"
      "i5leGFtcGxlLmNvbS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4M"
      "DAwMDA2MDAsICJyb2xlcyI6IFsiYXBwcm92ZXIiXX0.vdueXBO-aC-lUZvA9Zz0O0ud6LGhM6FyPrO_8enU8gZFyhMusPNj8XKmn"
      "QdfrwQUSoS9u5Jubvi4bJ9q1D7Wdw1fDmOs_7hajaCVrzexvBt0OhK6qBxzF62fHci71LufGh3EHdamPAE75xhCh5nWOuG3TUq0v"
      "rK7TPmvKfqRsbTyXiTMlJ9rcU6eVCYprDF9z8Sgvh7RJmoaU9jPOIICRaKR6cOBEo4SiDBwdS4m5chB1CGWbgq47nC93E5Prw1K3"
      "fq9L40dEOqJWPHerlhgdhCEH046yyLSnFpXcU1x0FL6GuNrzp5w39nuuI1eBVsHJQMGoktYHqYqfx28NdQe6w",
      "approver",
      "anna" },
    { "a subject in other letters",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogIlx1MDBjNFx1MDBlNG5uYXw3IiwgImlhdCI6IDE3OTk5OTk5NDAsICJleHAiOiAx"
      "ODAwMDAwNjAwLCAicm9sZXMiOiBbImFwcHJvdmVyIl19.AbnEfIIJNnxL3xHGi8Nts9o8lL1rwzVPt3DrUunDvUL5mH9mZiStn79"
      "BhoL0pjKSYxU6kj-Kmxb-y0oOE-opwknZn1-Q29XJPTUZ3jU_T9O0S-Gr-XOgKljrpb_q9p3tbEK5J-L2oqQbCC7drAmCM9nt8CP"
      "8KwQZ45Ei870LMtHgc_GdfhOte_3Blx1OMx7kSQ8qHlNUtilwugYwsS72DLoaRDcwZOd9FwcipA7bpqBkIArPbIVBoiFdZpbgdhs"
      "MR8Xaod299b8UqSOvuKQbmv2aqlByTdoEtMpo9quG2xJCbLuOXNEY54itVeQ7grXwc8anscD4GhGmaCGtq-cprg",
      "approver",
      "\303\204\303\244nna|7" },
};

static const struct {
    const char *name, *keys, *token, *code, *why;
} jwt_bad[] = {
    { "alg none",
      "jwks",
      "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUuY29tLyIsImF1ZCI6IndlaXIi"
      "LCJzdWIiOiJhbm5hIiwiaWF0IjoxNzk5OTk5OTQwLCJleHAiOjE4MDAwMDA2MDAsInJvbGVzIjpbImFwcHJvdmVyIl19.",
      "DENIED",
      "algorithm" },
    { "alg 'None'",
      "jwks",
      "eyJhbGciOiAiTm9uZSIsICJraWQiOiAicnNhLTEifQ.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvbS8iLCAiYXVkI"
      "jogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb2xlcyI6IFsiY"
      "XBwcm92ZXIiXX0.3wrkDhaB1D0atMcVD_VmJ-TI1T49J5zegJbhoH5nZko8-ESq2C7CFE3odwAOf5vOZSXjqMJdwjkfaGhs0k1N8"
      "0IGf7yNx7mKq2QFDuFe8r9SDXbR4V50y2LKN0hRBL89J59S2WkaKRTxPsTbvXrY-TaqGAnmRT_hAziMKB9XjhGUFBUNoj5OJ75he"
      "7ywq7L60Z6P2rFiLVjqy9q5JJvwsqTIRSGF2zpScE9DngmMjoDB_JtiFdO73TxejBmA81AodLSnKD1WacU3L5lm6tKc-iBL0ZxuU"
      "ZPfWbPCjxTuzWDTbKsdvbuWJs-bmBAzWfnE2uXxELUXYuZe62HOZ_iNQA",
      "DENIED",
      "algorithm" },
    { "alg 'NONE'",
      "jwks",
      "eyJhbGciOiAiTk9ORSIsICJraWQiOiAicnNhLTEifQ.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvbS8iLCAiYXVkI"
      "jogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb2xlcyI6IFsiY"
      "XBwcm92ZXIiXX0.Spf_zijh2dA2VQHgBhAHuAaE8_oN6QvVX8vmK4_S1mBG0EKnKN_iuYCAuhO1LUNzB0O8vEIBsiq9_2F-noJlH"
      "fXJhdtergCRcILhFxjH4FWhi7EGzBjTv-eAl5BiE9RNUYHESqNZLAJB3x8TFvgzpyjAGQ8FS7knIS4GB-IZBUHdOAmHCN8ODTQrJ"
      "MdokAgIu3p8SyWsI58BOfW6vM4X8QmagJVae-maU8qcWSDkjnYpYpxsSOtXpExDffhB7FF7GIX_Uk3hdcg4DC0RnFdSwyhNcVVqU"
      "2DCvErCSlaPS4UUqkyIJauxLASJIgqkVqamO7USNwCR2R_rqAo_jSrNqQ",
      "DENIED",
      "algorithm" },
    { "alg 'nOnE'",
      "jwks",
      "eyJhbGciOiAibk9uRSIsICJraWQiOiAicnNhLTEifQ.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvbS8iLCAiYXVkI"
      "jogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb2xlcyI6IFsiY"
      "XBwcm92ZXIiXX0.UIdvZFDfN2C9l1rHS9tIRJ1jK73ZixJrzRCJ-IK_Bz8MAtdx3AV8SnYhUT9R_brZoiQKpKjTSZ5RDjh09RgFA"
      "-lYUvEcJAtcOFO2hracsQksJ021jy_WxB49_JoIMftPiNiwaIKtfTYrx4JamR1U8ub1_hfWY0wnHQs9aRORu9uiu8P88V6MahTLO"
      "R1kqkv82gK2-AzSRGgIL5lkgvFLyjxSDA4i65YCK5mJaOEpl_t7rn51WeEo22R7Nhqy0v8VsrS5uXboflTt5QK59_355BDCrCczx"
      "qS0tG864vW4ldrSdSrgbxWC7JBC8HsjsQOzUo_M60H5yZZ9oOGJHxbXpg",
      "DENIED",
      "algorithm" },
    { "alg 'rs256'",
      "jwks",
      "eyJhbGciOiAicnMyNTYiLCAia2lkIjogInJzYS0xIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvbS8iLCAiYXVk"
      "IjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb2xlcyI6IFsi"
      "YXBwcm92ZXIiXX0.VmrxPCm-eEWOmgxDDkbRPbI63Ko4PDrbkRxaENEScgV-9Ius4AK3TgLFDj474Sy6FucIQYckj-cD4p2kRiGd"
      "Wm6p9e9rQLXjfc71yxf_rWnQRH1i6Tb6Xr3J6pdHiNo6dsJGnXXIX37xGPqDC4Ha1hE43JqzzoNPMhkt0I0a12nS0xPTFaCNOjRP"
      "KNjGecQ4tHJB6M2e6qE6b9Qeyq7QxWxpfkifMyjuB33VBR-J9CJwtJd_SEc1kPh-qWriFdzM-IhRDZJ1-ylHvz700YOgRq6Ffzqs"
      "urhLWtijNeMTV3gzwH4AT2Y-A_tcndjVSeinE8ct6EeonIIcaRZSt4A2Cw",
      "DENIED",
      "algorithm" },
    { "alg 'RS512'",
      "jwks",
      "eyJhbGciOiAiUlM1MTIiLCAia2lkIjogInJzYS0xIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvbS8iLCAiYXVk"
      "IjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb2xlcyI6IFsi"
      "YXBwcm92ZXIiXX0.trKQx290gQNr0wKaGQlquID1j0qg70ABOeiCI3J2udj3qYSfHEopcsahgfe1uxVi6Kspg0r2InRGmQEaN7c8"
      "Z02vOW4vEPdg6rAJsEKKxVbSwEEcVmouNJ5zH8ppEihYa5xOWomO8K-IBFKOhgazax4JCBTHJJpWNnBuWhS5N_mOKtJ88QrdMFnT"
      "GggLct2b0kN8yenE8bQLKLWtnhL2i09u-e0avxh_vUk1ZTKbVT_UhEg760v5hirTjLAPy8C841-P7hzUbAiWGBO0n-vmbAkZIylz"
      "iNiM5-0SE5hogk9aLah3zOQlMLg54ZgJNV_eMLKWiBaxoNSAUzYj1OPDog",
      "DENIED",
      "algorithm" },
    { "alg 'PS256'",
      "jwks",
      "eyJhbGciOiAiUFMyNTYiLCAia2lkIjogInJzYS0xIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvbS8iLCAiYXVk"
      "IjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb2xlcyI6IFsi"
      "YXBwcm92ZXIiXX0.oiJuIg-uo2GBrHM9idD4M9LFPsH4tD0Oh_7TwyBe-XgbPnbylLzPZZCZfvZuJr6pNSVgBSAgdSqD2VzCqphF"
      "6smfxY5RGa_tcv0Irb9kAjXMLsm1aUD6Qk834TY6S7fFJrrUgTKpA0mjMyJV36VWReSERgL_Zlmk8sAftbnAm_QApXDAEnpeiPG2"
      "QNNwwagfvQRR3DEN4ucNpPGE7CdC17pSBz0TJ2F8BGqsm_ZrNTJkTkTJjwbc1gAgdIHMJGiGL6On3lnunCRc8NhD-p7FZCMGJe31"
      "XBDogGdNY4NuytRVrME2TBl5Cyixs8mL16iuCmDmgPmOaLgRVZBv2OaufA",
      "DENIED",
      "algorithm" },
    { "alg 'HS512'",
      "jwks",
      "eyJhbGciOiAiSFM1MTIiLCAia2lkIjogInJzYS0xIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvbS8iLCAiYXVk"
      "IjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb2xlcyI6IFsi"
      "YXBwcm92ZXIiXX0.c5_D2w1pkRvgPgydQr2SD4dOenGl0Sf1ks-M_lxPWcNQD63Ct3ZtaT-o_hWDBcG6hZCsWeyIm3IOf8ZWmvRf"
      "H-iE3qe7DPYq08CUafJFNmmpP9UY-F5UvLSA8xS99CWBkOYYuwCKQRsXrn_f30xQA2Ta96BK6jsNctnh9Tr_bMOqJlEvnFjp5DAn"
      "3yKNsNr9F96qamDx1aeIRiMbc_so0O75eFHkERnHlNXBXZXetSfmJ4YeGw_kjuWRJobyLHuubfmnh-WuGlzZ3KjrtnhcVX__eXXE"
      "xpcRjU2Q1FQWbYofeHBhYl6k42nERvRR6iAEi8ma9RJpWLQZNy3jkzdTDA",
      "DENIED",
      "algorithm" },
    { "alg 'ES384'",
      "jwks",
      "eyJhbGciOiAiRVMzODQiLCAia2lkIjogInJzYS0xIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvbS8iLCAiYXVk"
      "IjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb2xlcyI6IFsi"
      "YXBwcm92ZXIiXX0.vk5QssE5GmqohsTiabMgalUA74UfW-GhCCOj27Ko-wLLr_Vf8I19k8BNO33hQ_-9GvujJsbnAyBdn6oDNpeJ"
      "AHWT0nkz_e8cdU_VPP5am5LHAVDDIrUe2bW68gEUDPxq1q2rgHsDsqS_2pFbtEQf-NlHTe39rs4680yWS4z8cZanEn3-pcI8Ldhp"
      "Pb3mF87Cijj_vLag7MZ_jiMUyZmDSrKNPApMnMcs9VBrxrDKOdppvRwizroD-sEhex4MNOjGxdJYesyg3p6qByXCsFvyMW1oWgCv"
      "RuvIVUfNkrVtEbW8iMQsbw950xlG01i5nGWDfwTokBLuw0916CzFgPx-Sg",
      "DENIED",
      "algorithm" },
    { "alg ''",
      "jwks",
      "eyJhbGciOiAiIiwgImtpZCI6ICJyc2EtMSJ9.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvbS8iLCAiYXVkIjogInd"
      "laXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb2xlcyI6IFsiYXBwcm9"
      "2ZXIiXX0.VMhz9DOIawU9FZJk_2sqQyUjAoptYTdEjIkXpKKIx4v_gEBytibWR3nyeexjhIxIeHN4MIM0kP3uP71I939jKJMrnrs"
      "ClBxWfXI1pFkE4uZzmNwrhWPX1Fesn87rSjRxM74Fioi4wnMaH8bK_rNAHhy9CNmaG6UTJ8E1DBQmcp33G6O6KITjVhm3g5E3Q9l"
      "4ASWJ93_vn6ozuCP6NKSNDdjF87oxrcs6Rub3ch3rX_925rsJdSrbZtb8BWEKsdP4YldL9u6lv-Bv4tiroGrM3CEZN1vFKn46_ZA"
      "TOwtzx0cffMAfoo4FHxv1Zk7RsNEV54-EbVLCgqYaMpXkW_Ie-A",
      "DENIED",
      "algorithm" },
    { "alg 7",
      "jwks",
      "eyJhbGciOiA3LCAia2lkIjogInJzYS0xIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvbS8iLCAiYXVkIjogIndl"
      "aXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb2xlcyI6IFsiYXBwcm92"
      "ZXIiXX0.CwA7dD2-vYTZOiR_N_cc8KFcRN-x0fNnLrUn4tDA8JNu7emSqlES8gN4yq5m1u4xEeGHIhzLIbliVPEPwuIacVQCZEAh"
      "xX2JdPHVTRJKhjAOZXIuJ03Irm9lrCBh14YqyCHxzsHDbB_F-hG-_toDm-HjRY6QKT8wj7POK93yE5GE7h4XEnKUvproV2Tm7oIv"
      "CqxQ6BjRINq-zo2riuMINwDJVxk5wkxECL7ZtEdlQU_SnhHaKnOAIyp1BpxjqpeZsKrqbiuGh_iUV3I7KakHEYht1iUT_naGrrtC"
      "-rlaKWyLVpbMW5Oxynr0RCfM_RONdj-W8HNj8jx2OqXW01GlfQ",
      "DENIED",
      "algorithm" },
    { "alg None",
      "jwks",
      "eyJhbGciOiBudWxsLCAia2lkIjogInJzYS0xIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvbS8iLCAiYXVkIjog"
      "IndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb2xlcyI6IFsiYXBw"
      "cm92ZXIiXX0.dff2DNIJLLXjuHvcWnbVWqiecsb5gnelfccSEY7C-HcPRbpDmsloyIYph2K_t_7qVe_NjOpUfr47YsEppRiTarsc"
      "9kAP99JlLNqCVzdXsOUIZ8n_I7N2XavTnXY4W2d6CDQ6HhJS9wsBQzi3iAnfwPVYYZ7k9Bttr-JKW1RqJFAtZFJ9hwTuZ57ReV2P"
      "1m1OBE5QUM4tqoZnyn0BqhOko7oszPqjm6qRcOxV0EHg0B6hmAOa1rAy6qou0tsC1HMxn7xj6WrLEeaGzGFPgKDe7-QS6k9sq4nv"
      "SJB4IgIczkPXrTCaUIdwVl9QPw2KWY-q1gN0lglcJl5Ku3lnT0Bq0A",
      "DENIED",
      "algorithm" },
    { "alg ['RS256']",
      "jwks",
      "eyJhbGciOiBbIlJTMjU2Il0sICJraWQiOiAicnNhLTEifQ.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvbS8iLCAiY"
      "XVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb2xlcyI6I"
      "FsiYXBwcm92ZXIiXX0.qHF_LTusiynj6VEOvtp89bCHD1DuHlH25Q60S0RPmzwr_mIPY3fLempE8-0SBxkhy6XJdjJaxuXZOtwYE"
      "LNRaWwbqlN5W9WjvM2Ot3WaM7Cc1FaGw1iFloBkM1RSqbQRm-wIGLlARxku0-0IheXonqXDYNhQOjuNT4IZbdjHzE2duDBcPyi0Q"
      "Ro4siu7fpkX-pAdsihl9qn4PLSU9JRy8PQkf_qP2XJMw9ER3ZPaeKejZKWI0uO9hyfquyN3yiy6sL0xsn8j7OfvZ0e6qb28dXxge"
      "OL_h8m4d2YBNPjqSTnyPK7gMNEURI7Y_q8lxncpxjpuo_09ticKGz1vPk6wiQ",
      "DENIED",
      "algorithm" },
    { "no alg",
      "jwks",
      "eyJraWQiOiAicnNhLTEifQ.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvbS8iLCAiYXVkIjogIndlaXIiLCAic3ViI"
      "jogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb2xlcyI6IFsiYXBwcm92ZXIiXX0.LRaMo"
      "1EVVqqYnlXkPQEWMRwX8uhvqGvs2lcoxj1Zh8g4nVNPFrB05iza4geAGGi5Uqfc3P3pK3bduCpQQhMkecie8RVIM9_k3893yWQvX"
      "E4ZuHUXWeFpfa0eAcQHAiuIaLxyyceBBwNvQzChr1a_PHQ8tWfORwyW2y0MtK3tlWlnVwzpuEmx6LyvNWzCTKweKR3bFMl9_Ln3M"
      "CQrVenYdDXMMMh2ZR18QakAJnDXq8RkQ_43bJ8UDfcW-iJNT1z8hhPs4QIh3vphJHHDKVxPBkpRQqLOQZJBnQvNSl8_-wRNKsjvd"
      "w0FLnhfcQLQx7ymbyVLUKsL5hs2eNq-efHzHA",
      "DENIED",
      "algorithm" },
    { "HS256 with the public key as its secret",
      "jwks",
      "eyJhbGciOiAiSFMyNTYiLCAia2lkIjogInJzYS0xIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvbS8iLCAiYXVk"
      "IjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb2xlcyI6IFsi"
      "YXBwcm92ZXIiXX0.cmu3JL5xKyQB4U_oKQMDj5iiCP_DJwr6T3sEHTENp8Y",
      "DENIED",
      "its key is for RS256, not for HS256" },
    { "the same by PEM",
      "pem rsa-1",
      "eyJhbGciOiAiSFMyNTYifQ.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvbS8iLCAiYXVkIjogIndlaXIiLCAic3ViI"
      "jogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb2xlcyI6IFsiYXBwcm92ZXIiXX0.Win8Z"
      "DokVRuRjLlqGm-Qmnmuz0FVnKkuzKQAJFJ-N9c",
      "NOT_FOUND",
      "not known" },
    { "the same with the modulus",
      "jwks",
      "eyJhbGciOiAiSFMyNTYiLCAia2lkIjogInJzYS0xIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvbS8iLCAiYXVk"
      "IjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb2xlcyI6IFsi"
      "YXBwcm92ZXIiXX0.MQm7qxj_G_A5Mwmmob71g5pq8v6MFw_XdQCjXGMWsl4",
      "DENIED",
      "its key is for RS256" },
    { "ES256 for an RSA key",
      "jwks",
      "eyJhbGciOiJFUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJy"
      "b2xlcyI6IFsiYXBwcm92ZXIiXX0.tpvme39IKFMn7Q5HRUgRIxxpg4Kil14RZDO0GcqrJ8aoMx_SWOpVfrXGn7_d9odP20aKfnsL"
      "yzEQ0mFuqL3nyg",
      "DENIED",
      "its key is for RS256, not for ES256" },
    { "RS256 where a secret is shared",
      "secret",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJy"
      "b2xlcyI6IFsiYXBwcm92ZXIiXX0.yKBRf_wppU6lyLEuZnaZF3xjImyvhdgIiq5UNXkQtR-6ZP57hyXce7NdREATIlXNZze0XFOP"
      "U25GcL8pOAbLgaU3Zj3aWRXQEiz0xNoMSI8QQhJz5kEeNinI_sJ3YTxFOWikGHAi7oIOE4eS4PjWNeOOyNh7WXTpwSne95SoATD7"
      "2YRXWpAmjIqU2CwsQGzLX9FKGPNjtJmPCkJsu7poHuy12RgpmLmNPvfGLNukHDYSvr6rJuRfpfBvVcnQThZW3wWkUFqOLTCYZFCy"
      "9PVsNylCJ94I5AVAfpYlGViGAcKIEnFbWZ98iuolsn8fKST5isT5kAJdNeTzCIKbsVujbg",
      "NOT_FOUND",
      "not known" },
    { "another secret",
      "secret",
      "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUuY29tLyIsImF1ZCI6IndlaXI"
      "iLCJzdWIiOiJhbm5hIiwiaWF0IjoxNzk5OTk5OTQwLCJleHAiOjE4MDAwMDA2MDAsInJvbGVzIjpbImFwcHJvdmVyIl19.iYXH5i"
      "r6ZagkeogZGV7z32TwP9kshI31lX7yneRL2Lo",
      "DENIED",
      "signature" },
    { "the empty secret",
      "secret",
      "eyJhbGciOiAiSFMyNTYifQ.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvbS8iLCAiYXVkIjogIndlaXIiLCAic3ViI"
      "jogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb2xlcyI6IFsiYXBwcm92ZXIiXX0.No1T_"
      "YFo81G0lLl87rMU6cF10EbQs4aSLjxdrtRzlx4",
      "DENIED",
      "signature" },
    { "RS256: another key of the same name",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJy"
      "b2xlcyI6IFsiYXBwcm92ZXIiXX0.pif-HtvcW46ZpvHDJSmCFM60gyWpmISE1dRMlnyk8SWP58-S0fm-u1MlVGt1w2x5ut4tGqmb"
      "TZMlZeA89lullAWBNVsFimfGuIkMUxcNZiP4gkPGZZiOp7o3zb1-MhDq2LxK2Hekwy1tvfEqZgNrzGazQssotfqfLAA8kN6V8D4L"
      "muQiXI-GUy-61ymP3TeVpvgM-fsDGZHYGI21F0c3j7aDYpQcGUWltPij_fjr0mT8Y7HWT-C-bJNbKtRCV7CxGwmFx6p44mUhePiD"
      "HzNUNYPzSno7SRO07efAkxq71pFOW-fZLaFnRi4AmQLitHHDZKV5tnVCwHNBKwZ1Dy94BA",
      "DENIED",
      "signature" },
    { "RS256: claims changed",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJy"
      "b2xlcyI6IFsiYWRtaW4iXX0.yKBRf_wppU6lyLEuZnaZF3xjImyvhdgIiq5UNXkQtR-6ZP57hyXce7NdREATIlXNZze0XFOPU25G"
      "cL8pOAbLgaU3Zj3aWRXQEiz0xNoMSI8QQhJz5kEeNinI_sJ3YTxFOWikGHAi7oIOE4eS4PjWNeOOyNh7WXTpwSne95SoATD72YRX"
      "WpAmjIqU2CwsQGzLX9FKGPNjtJmPCkJsu7poHuy12RgpmLmNPvfGLNukHDYSvr6rJuRfpfBvVcnQThZW3wWkUFqOLTCYZFCy9PVs"
      "NylCJ94I5AVAfpYlGViGAcKIEnFbWZ98iuolsn8fKST5isT5kAJdNeTzCIKbsVujbg",
      "DENIED",
      "signature" },
    { "RS256: signature changed",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJy"
      "b2xlcyI6IFsiYXBwcm92ZXIiXX0.yKBRf_wppU6lyLEuZnaZF3xjImyvhdgIiq5UNXkQtR-6ZP57hyXce7NdREATIlXNZze0XFOP"
      "U25GcL8pOAbLgaU3Zj3aWRXQEiz0xNoMSI8QQhJz5kEeNinI_sJ3YTxFOWikGHAi7oIOE4eS4PjWNeOOyNh7WXTpwSne95SoATD6"
      "2YRXWpAmjIqU2CwsQGzLX9FKGPNjtJmPCkJsu7poHuy12RgpmLmNPvfGLNukHDYSvr6rJuRfpfBvVcnQThZW3wWkUFqOLTCYZFCy"
      "9PVsNylCJ94I5AVAfpYlGViGAcKIEnFbWZ98iuolsn8fKST5isT5kAJdNeTzCIKbsVujbg",
      "DENIED",
      "signature" },
    { "RS256: signature cut",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJy"
      "b2xlcyI6IFsiYXBwcm92ZXIiXX0.yKBRf_wppU6lyLEuZnaZF3xjImyvhdgIiq5UNXkQtR-6ZP57hyXce7NdREATIlXNZze0XFOP"
      "U25GcL8pOAbLgaU3Zj3aWRXQEiz0xNoMSI8QQhJz5kEeNinI_sJ3YTxFOWikGHAi7oIOE4eS4PjWNeOOyNh7WXTpwSne95SoATD7"
      "2YRXWpAmjIqU2CwsQGzLX9FKGPNjtJmPCkJsu7poHuy12RgpmLmNPvfGLNukHDYSvr6rJuRfpfBvVcnQThZW3wWkUFqOLTCYZFCy"
      "9PVsNylCJ94I5AVAfpYlGViGAcKIEnFbWZ98iuolsn8fKST5isT5kAJdNeTzCIKbsV",
      "DENIED",
      "signature" },
    { "RS256: signature gone",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJy"
      "b2xlcyI6IFsiYXBwcm92ZXIiXX0.",
      "DENIED",
      "signature" },
    { "ES256: another key of the same name",
      "jwks",
      "eyJhbGciOiJFUzI1NiIsImtpZCI6ImVjLTEiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvb"
      "S8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb"
      "2xlcyI6IFsiYXBwcm92ZXIiXX0.DrlJTPWYt0rTUVpVTqKpCYRZuO2f5elJIw87sM_sIKMZ9SKnUTsQN6EOejEf8GameqZxg4diY"
      "EZdCNcJQmr-4A",
      "DENIED",
      "signature" },
    { "ES256: claims changed",
      "jwks",
      "eyJhbGciOiJFUzI1NiIsImtpZCI6ImVjLTEiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvb"
      "S8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb"
      "2xlcyI6IFsiYWRtaW4iXX0.VvZPsX2mUUxpcS0N2PjC5DOiTme2nIGbNtUJAWkS7CObTFrrsNG2LuWfzzgJ7O_FTPj9cG6Uy5_KT"
      "J19zbwfxg",
      "DENIED",
      "signature" },
    { "ES256: signature changed",
      "jwks",
      "eyJhbGciOiJFUzI1NiIsImtpZCI6ImVjLTEiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvb"
      "S8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb"
      "2xlcyI6IFsiYXBwcm92ZXIiXX0.yfcJflWo0lzw42uee5NMQFm1icLrQ6NHC85yn9z64hHdDW02wILsNVH1linZ-dVF1PYaASjnZ"
      "m0-UosuvNI8kg",
      "DENIED",
      "signature" },
    { "ES256: signature cut",
      "jwks",
      "eyJhbGciOiJFUzI1NiIsImtpZCI6ImVjLTEiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvb"
      "S8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb"
      "2xlcyI6IFsiYXBwcm92ZXIiXX0.efE6rXK7_nLEXj6__PxDgtqaZge5ypJuAH-SNJ3UHtOfxmVlCL3XyKmgvM3RIA7gEXYPmwoV7"
      "jVU1AFYm3",
      "DENIED",
      "signature" },
    { "ES256: signature gone",
      "jwks",
      "eyJhbGciOiJFUzI1NiIsImtpZCI6ImVjLTEiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvb"
      "S8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb"
      "2xlcyI6IFsiYXBwcm92ZXIiXX0.",
      "DENIED",
      "signature" },
    { "EdDSA: another key of the same name",
      "jwks",
      "eyJhbGciOiJFZERTQSIsImtpZCI6ImVkLTEiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvb"
      "S8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb"
      "2xlcyI6IFsiYXBwcm92ZXIiXX0.dK5klRwwa-M_niZcLIybSzhK-p5B5cmXnhYnknFFDXVpPj3k-JamaP3P0doBaxeaUXBRmeoNP"
      "Iv4-vPUGyq6Bg",
      "DENIED",
      "signature" },
    { "EdDSA: claims changed",
      "jwks",
      "eyJhbGciOiJFZERTQSIsImtpZCI6ImVkLTEiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvb"
      "S8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb"
      "2xlcyI6IFsiYWRtaW4iXX0.i1SBtqNFNST6AYivtYmwSWXC_6gAyZ3jBZqy8ggUWXj1lUhEzE2S9d8rO1Z6nnSy0f4nFNx-y0RWw"
      "PQluKWhAQ",
      "DENIED",
      "signature" },
    { "EdDSA: signature changed",
      "jwks",
      "eyJhbGciOiJFZERTQSIsImtpZCI6ImVkLTEiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvb"
      "S8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb"
      "2xlcyI6IFsiYXBwcm92ZXIiXX0.i1SBtqNFNST6AYivtYmwSWXC_6gAyZ3jBZqy8ggUWXj0lUhEzE2S9d8rO1Z6nnSy0f4nFNx-y"
      "0RWwPQluKWhAQ",
      "DENIED",
      "signature" },
    { "EdDSA: signature cut",
      "jwks",
      "eyJhbGciOiJFZERTQSIsImtpZCI6ImVkLTEiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvb"
      "S8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb"
      "2xlcyI6IFsiYXBwcm92ZXIiXX0.i1SBtqNFNST6AYivtYmwSWXC_6gAyZ3jBZqy8ggUWXj1lUhEzE2S9d8rO1Z6nnSy0f4nFNx-y"
      "0RWwPQluK",
      "DENIED",
      "signature" },
    { "EdDSA: signature gone",
      "jwks",
      "eyJhbGciOiJFZERTQSIsImtpZCI6ImVkLTEiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvb"
      "S8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb"
      "2xlcyI6IFsiYXBwcm92ZXIiXX0.",
      "DENIED",
      "signature" },
    { "ES256: signature in DER",
      "jwks",
      "eyJhbGciOiAiRVMyNTYiLCAia2lkIjogImVjLTEifQ.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvbS8iLCAiYXVkI"
      "jogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb2xlcyI6IFsiY"
      "XBwcm92ZXIiXX0.MEYCIQCeHxzhXR5ej03wVzcCvCrwse09I1jS1XwhWj39XmBgywIhALinElZ8AyvwBJYdlaH3kzEbWuaSEPAJK"
      "kALf9F3XuUw",
      "DENIED",
      "signature" },
    { "ES256: a signature of zeros",
      "jwks",
      "eyJhbGciOiAiRVMyNTYiLCAia2lkIjogImVjLTEifQ.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvbS8iLCAiYXVkI"
      "jogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb2xlcyI6IFsiY"
      "XBwcm92ZXIiXX0.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
      "A",
      "DENIED",
      "signature" },
    { "another kid",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0yIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJy"
      "b2xlcyI6IFsiYXBwcm92ZXIiXX0.bzSwd0Obyxq6PzNJgWGKS-Y0X1iSkmvur94vFkRoyctKoEqju5L91ymvPofZvAKxwTUcltpw"
      "U2qcUO459ku-UiGHhX_9NSFbCV5GXyA36hrCSNNthT1OptzEMlWq0Ar5yisXC0_x9thuLrM_VzY3XuAFxOGtvgjeFTK8FnoDbTCG"
      "XK4lI3c3fqiubQG2rtLGtgsFQZwZsKegjlkLDhlXlo_xgnbizggokv18O5K6ZAXWxHdQS2DFK1UVcvCZQ9OFtYfzTAUQw3G2ckjY"
      "tPwxhFrnZXa1M5lLnYnEymMuwTSpW0WSPyL8bRmyVjmbFwuhFV8WULfMrFEwiidmXPvuQw",
      "NOT_FOUND",
      "not known" },
    { "a kid of another case",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6IlJTQS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJy"
      "b2xlcyI6IFsiYXBwcm92ZXIiXX0.4GhbYSLlt64js8T8JCUJlL-lr90PhXVhDF3x5KzhDE4gNlySP3_Hl3O2tW2hjccf_56ARIG4"
      "sKeyodSoYhY90z63lJyR_snGuj7UApnHp6oqqO8So5S9EHxNnMX7txVwBiTEat_1QWFCBulkse0ZkPV7dk8bL3oWxIrla8C-d8dD"
      "fR0nhD7-020pruzELA5ja9KzLSB_baCvUFxEIflJpDBB2XQVYLbQJOHJeHpWuCRNP5mxXBSbRlnC55yUW0WDp7Z-Rh9vyCjm1ZfP"
      "d7qylgJPnxWbXALb2i-1jUXDy-d9TXTYmUmFFbfTRcdLRjp4qOVip_vy4NtJRYiOMYm5sg",
      "NOT_FOUND",
      "not known" },
    { "a kid that is no text",
      "jwks",
      "eyJhbGciOiAiUlMyNTYiLCAia2lkIjogMX0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvbS8iLCAiYXVkIjogIndl"
      "aXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb2xlcyI6IFsiYXBwcm92"
      "ZXIiXX0.N2c_Y1lEoIIieFTvUOZBstDnHYmHZG9CodqNoLamTC3ZQnsJAIad2GLmqgWynEb9Wma3lsvlPw6uIxCAqW1UPE8v7Kk3"
      "p3_cc-6d898zGS3PdGIDCUrobiqh1b51vHYaD4DWwuKjGI4BWx5f6gw3mOuXWoYq4ahrYeClKO32wOOmeB6RJLxOAnUsAuM7jhj5"
      "3YBYQS3_awv5HhjIcv3cfpNHggbFc5XRvGecT5zAMPvathD-dcVXGUYI0iY6DQw6aXrLGGElFbObxNRgWkHJkSOeQiUprjaYDV0L"
      "Ishib6MotgIMFvvkUyaR6uWwfIUTvwivlrbuL_fmieRg0NupwQ",
      "DENIED",
      "kid" },
    { "a kid without end",
      "jwks",
      "eyJhbGciOiAiUlMyNTYiLCAia2lkIjogImtra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tr"
      "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tr"
      "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tr"
      "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tr"
      "a2tra2tra2tra2tra2tra2tra2tra2trayJ9.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvbS8iLCAiYXVkIjogInd"
      "laXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb2xlcyI6IFsiYXBwcm9"
      "2ZXIiXX0.YuZ3EnoiE6blJ1WTimjsfi5xvlCdL0FnG-F_5TUW9FZWNQ_7GcC8gAxCPh4_HqHjZ2lvnaq5O3nVqwkrOu3aIgUcFsD"
      "vJDo3rnUzGiHUBAlJEPAkuasMighFMmJ4yWTzHmjifLHFFQA4y1HBRIze1bgzWulYTqNPWCLZMOsLWeCJHhGG3_RsaGBDcZIARXY"
      "chISRRjlEY7QT-ShUUjXzOBm1RPgSahWr0UsH0YitGUOEoVplXlL4323drI_n-DPEg8XXNgYA6qLr5eyT9e2opx-LJThSvhysfqK"
      "TniQDRx_YJ4z58OJpvy6PW25MHlr_kpIPCMc5xkuw6aI_9jyVAA",
      "DENIED",
      "kid" },
    { "crit",
      "jwks",
      "eyJhbGciOiAiUlMyNTYiLCAia2lkIjogInJzYS0xIiwgImNyaXQiOiBbImI2NCJdLCAiYjY0IjogZmFsc2V9.eyJpc3MiOiAiaHR"
      "0cHM6Ly9sb2dpbi5leGFtcGxlLmNvbS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCw"
      "gImV4cCI6IDE4MDAwMDA2MDAsICJyb2xlcyI6IFsiYXBwcm92ZXIiXX0.PKoa189mNURraiwhPs8ks2MMSG-L6oeTWZQ0nb91gld"
      "3QPxzkdLyZGxQEXwA-QrIRfSAWk2NwECWDxaLIE52EKm2Zs-crLgz9KdWB9HnQIqskw1dkvfDVsbLwryCGs_VnIyJsVqRfBJ3vWG"
      "HpjwN_ikKAski901uT-LppT9wHyJ_fU9YqT9k5HXvbfcDK3T6By1OgqPGOKVawHiFDLTP_HEET7A7d7syLzCbiOb3GrqYPXBEENB"
      "0uZ9u-97g1qjSsGR60bWryNdluktthoYcZKC_6nTVOTEcm_5HBzgbqilYPhsamizdnaC-8xlJs5qJZxi9FC0ACcSwFq3cOVhCFw",
      "DENIED",
      "crit" },
    { "an id token's typ is JWT, not logout+jwt",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoibG9nb3V0K2p3dCJ9.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGF"
      "tcGxlLmNvbS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA"
      "2MDAsICJyb2xlcyI6IFsiYXBwcm92ZXIiXX0.y-R5atj6EAww6ryOOBaCDj2znZA8L1OdRZ7zrDIsss3XLiuMOlFHY5NaeR7zAiU"
      "Ezuv1u9YlPUxUCuonJG_aBjvw7KzIhN4vH1Q-iOUrRtOj24DQX_aVrdR5oJydlqsnHN3kwu4yx62RI3NJj1zUgI2WP1ACLrw4FOl"
      "nM-dpvNR1-Ttjc6O5300NdNTerwhyQ2NOaCOq0C4I2ZQcQ9Qr_2zrZjhIbaAvNOd6JLKXPF1v5xjBqLsj0ykkium_ZgG88SS3GC3"
      "fxKY6r7GJ6jp4_Fu-rpIl8XdcsrDYGODwZ8WE4YOE40-MvcSCfwwPgUHUcor16AAhZpPtkZq9NXgL3g",
      "DENIED",
      "typ" },
    { "typ is no text",
      "jwks",
      "eyJhbGciOiAiUlMyNTYiLCAia2lkIjogInJzYS0xIiwgInR5cCI6IDF9.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmN"
      "vbS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJ"
      "yb2xlcyI6IFsiYXBwcm92ZXIiXX0.GLMOXpVCjsI-RsMbco4vLqy3scrL-jF8cK6FGzLibGxkDV3DwAgnuxeBPqrwUEx0hWSVxXO"
      "Vasgcpsz84zpYM9aVz8OuVmjzQOoh_U__sfWyS_g1hgAw9578ZL1UzdO27ZFXBmXXamkFoLteDhz6cQA7u6n98fzYt4k8CovORlf"
      "nuno3wLec_fcMRBi1J98ucb8qpUcyY1c6kDOiJn4FgMlgJhDJOMWvE5rZOc4rNR8uF38z7wuv2g5nylZwZWnFSxYThwL-nq8e4kt"
      "xntUMGFBcb7XYTHqW7ZfMaW5ee142VEid8rakl8nW-pzAGuND49bdRTsJANCZue0ZI43OTA",
      "DENIED",
      "typ" },
    { "alg twice",
      "jwks",
      "eyJhbGciOiJub25lIiwiYWxnIjoiUlMyNTYiLCJraWQiOiJyc2EtMSJ9.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmN"
      "vbS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJ"
      "yb2xlcyI6IFsiYXBwcm92ZXIiXX0.n1dZnaKOGJRxrdSNV-_SP5Y-prKW7n36NpinIUb75XItiSyxvJP7NEiecSpRKb-4uAMoPLU"
      "H7dt5u0R76Wh4Ha-GYK0L7hM0GUcUxIbleo6eRhR72SNevW3JLCQz1VLc2JaIy_r4ijOxgGQdAT8yBZOyIDv1XAOInxZ8HjtKjC3"
      "hUEpdw3grghPBg6DbloEoRQaVD-v4aooCe2yLV1Fv-0nFJX-LDtlON-wcr6Jv_Mp-IaKpMxhaAZK49f17VFRJQ8VHOxEpR3AbOo1"
      "BxHwTiCF1U-aC4cSLt9KEpo-AEvEppnrywK2SwpzgDWAixaB0b2UQrE5lpFF-F-PUYDv20w",
      "DENIED",
      "header" },
    { "a header that is a list",
      "jwks",
      "WyJSUzI1NiJd.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvbS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmE"
      "iLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb2xlcyI6IFsiYXBwcm92ZXIiXX0.o_lXEwnnn0Fl0cQ"
      "ANVceWv3m27YeIc7h3ZaKhGmkd6V6obfg35dWxco9DOgZ40EJ0aqnYoHxWc-wMFLxGF8bOePMbd0Jeh4OJOq6Q-FHFvacSjulp1j"
      "2QTXktuJciIAPC9Burpaq2zCXVweu47k3RNPtM6YQQsVGW8PedX4CQ8H0f6L_9rby7kutgWpOPDrehTA3h1ein-h0lrAdfHmuNa4"
      "hKn9WY3XNSfjfZbV73Mzlq9FuGV0I5h6EMNSfNJNfIxSMiPnXZjVbNXbG8lewZHQ_EKHZjWJB88nvRns4LP34WXSWeNVtgmuGg5I"
      "jYY9f1XdV6OR1fQdFEBHb0iQZmw",
      "DENIED",
      "header" },
    { "a header that is no JSON",
      "jwks",
      "eyJhbGciOiJSUzI1NiI.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvbS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjog"
      "ImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb2xlcyI6IFsiYXBwcm92ZXIiXX0.Vv9FF6Zd"
      "Wi2X8RAJIS921-09Mp1tklQSG5fc3mKlfH7yl9srweVHv3ycOke912sy2wJ_C26VEQscqeBReFKidxiK97qMSTacLcWEP_lV0dNX"
      "_l8k7XBRYsbHdV2zguYTdkrxwwzVC-sZL2y6kn6YRuRclgwB4W4LNb3T4315Q8p4ntrxCfSH_WNerfplu68zSA-O48Y7GZm2KHhg"
      "EUTmkwDJ286ktUHdcVSbbIwzEgPlQA91V6fls_9SYTlaRnCXtNMvkCTh5bamXvR4vALSLoqVSP8iIpsoqdPJGL_maHRnYzzcGA1y"
      "LKyCiWedRZYb7deQb0eXTDxhR2H1OS8pmA",
      "DENIED",
      "header" },
    { "a header with a NUL in it",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIn0A.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvbS8iLCAiYXVkIjo"
      "gIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb2xlcyI6IFsiYXB"
      "wcm92ZXIiXX0.bYjbi4_VgIz2m5O1gn59AGoXrcxb3TcXISy4kWK6mm6Ff57_e6jCnwn8oTbHto_MYSoFzkjcxvd19XshnD5C2W0"
      "_2iR62cel-0SOb8AQc9A1U1ieTbPUuyg90bd8jYdpz0jpAeXZ23ZT7Wl_khwNbtO9lMEXrdLA7SaUb-29tQlRL5bgLSXvfDkFCkc"
      "vNG5VHSv_8WGmoUHifsD9MnmSqftRRsBzxWtZov8M42HouqWmHQYwgkMEVWWwWgNi_mtF1cNwz3oVTqOEnjCGY63a3NvesbbL6gU"
      "jZ_HSqDfPX125k8_0jcRNEkYldG-XieQ1xE1Bk4ubJehu_KFackqBbA",
      "DENIED",
      "header" },
    { "a header nested without end",
      "jwks",
      "eyJhIjpbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tb"
      "W1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tb"
      "W1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW1tbW11dXV1dXV1dXV1dXV1dXV1dXV1d"
      "XV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1d"
      "XV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1d"
      "XV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dfQ.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvbS8iLCAiYXVkI"
      "jogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb2xlcyI6IFsiY"
      "XBwcm92ZXIiXX0.FV61GGbW-K4kxrj6Vm-nA663NwxVMOkn37C9URvBPbpJZ3uCuMdFNO4eGwbxgNz9PqXiWW4IMM-X92LcC1GN2"
      "I-Mw-7YDmzcIrh22Djn_nsmgCwL3ZVkVq14fN3neR7lfUC6_FU8HR9V1hBhXXzPTFlzNTfYbIJnARt9Dpp2Q7ipeyhrBpCSKjpEG"
      "SeeJWBm-AN_zds6QXEcpF3_slUfFcyBKwP8LMZr3aJRrfdQdhKQ1YzM0IKKR7sVlWhjAdo55iDJelI8QIXibdYnudIjFgqUMc8p_"
      "DrKIRuemk52X-d47tvBQL6HNnRPEANQYuhYFOOJkMdHqzoi5_MIOH_kYw",
      "DENIED",
      "header" },
    { "many members",
      "jwks",
      "eyJhbGciOiAiUlMyNTYiLCAia2lkIjogInJzYS0xIiwgIm0wIjogMCwgIm0xIjogMSwgIm0yIjogMiwgIm0zIjogMywgIm00Ijog"
      "NCwgIm01IjogNSwgIm02IjogNiwgIm03IjogNywgIm04IjogOCwgIm05IjogOSwgIm0xMCI6IDEwLCAibTExIjogMTEsICJtMTIi"
      "OiAxMiwgIm0xMyI6IDEzLCAibTE0IjogMTQsICJtMTUiOiAxNSwgIm0xNiI6IDE2LCAibTE3IjogMTcsICJtMTgiOiAxOCwgIm0x"
      "OSI6IDE5LCAibTIwIjogMjAsICJtMjEiOiAyMSwgIm0yMiI6IDIyLCAibTIzIjogMjMsICJtMjQiOiAyNCwgIm0yNSI6IDI1LCAi"
      "bTI2IjogMjYsICJtMjciOiAyNywgIm0yOCI6IDI4LCAibTI5IjogMjksICJtMzAiOiAzMCwgIm0zMSI6IDMxLCAibTMyIjogMzIs"
      "ICJtMzMiOiAzMywgIm0zNCI6IDM0LCAibTM1IjogMzUsICJtMzYiOiAzNiwgIm0zNyI6IDM3LCAibTM4IjogMzgsICJtMzkiOiAz"
      "OSwgIm00MCI6IDQwLCAibTQxIjogNDEsICJtNDIiOiA0MiwgIm00MyI6IDQzLCAibTQ0IjogNDQsICJtNDUiOiA0NSwgIm00NiI6"
      "IDQ2LCAibTQ3IjogNDcsICJtNDgiOiA0OCwgIm00OSI6IDQ5LCAibTUwIjogNTAsICJtNTEiOiA1MSwgIm01MiI6IDUyLCAibTUz"
      "IjogNTMsICJtNTQiOiA1NCwgIm01NSI6IDU1LCAibTU2IjogNTYsICJtNTciOiA1NywgIm01OCI6IDU4LCAibTU5IjogNTksICJt"
      "NjAiOiA2MCwgIm02MSI6IDYxLCAibTYyIjogNjIsICJtNjMiOiA2MywgIm02NCI6IDY0LCAibTY1IjogNjUsICJtNjYiOiA2Niwg"
      "Im02NyI6IDY3LCAibTY4IjogNjgsICJtNjkiOiA2OX0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvbS8iLCAiYXVk"
      "IjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb2xlcyI6IFsi"
      "YXBwcm92ZXIiXX0.lY75MXQ9HdXY5XTsXgTUAASpbCqN23CFLtBLEuycR6Slnl1muJGBxk4tlRE_-fDCB3F3VuAL5Mxl5WkTVHMi"
      "hWfGEUCSNRhxWCKs32q98lqLjR_zKIGoJoSsyuReDyTfQxY6X845bFD1-A8AJf6yDLmCr34SAUgc6innQTaIFKFPzF1QjgsmnUkD"
      "KWefCindq4HtKgs307seM_m0X9YT7H21-hvpVguybBLTkD-StJZ-oEY7Od_CSjPcN5AdI5IcQeBcILk9JPBV6UhMeMXbkm9g86Wl"
      "FI-6EuFExSmzUPMQ-YXicoXfrCQMcZGPyTSpJrbkPc5KuOb_w3cOLd-1Ew",
      "DENIED",
      "header" },
    { "claims that are a list",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.WzFd.CkXAcpXkEnXG-8nL6yILZVhE7U_RMlyj2_ekKuT"
      "ZeLQpSpO04JSQ1ARyHdqew1bXdyDstqgDmE7XTQ5ohF7aoqZpWhE178UCwR95XRmcFNbid_EQa12JoLL9VCBLsNG1o2oPs3Q24jx"
      "F4y8gMc5inA7EBPFPdCnn1a3CiF1S7_FsYAviZnFJxdD7i7DAaomJqXLml89GWRi0Vp6mS6BQUKzPIynZ5zhk-XOXdzcQIr_fPjy"
      "-U-_s04GZMr8MUQH-EJ-Kap9R0XQB3QFj_4WiNqjfukSZbB2syh4ASHe_z24BfW7Js1I1f2Xf_Q51o9g4leXKcIrd4N-RC79tyop"
      "CGg",
      "DENIED",
      "claims" },
    { "claims that are no JSON",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.__4.LfMnWjnYBT_Ii1l2MQbJx3kpiKSz7j83n1OrnPEr"
      "BWXe7P2t7ZACrqhI2zkYArtE4BYG4bT7wiv5wVqzMUUdGxDp1dYSGUCeChEKAvXT4AII2IDRyJng1fBvQ4_VK98vwQKHRgo7jZgr"
      "LKOGGdTssNPhyt1ZQRyBRdaxSH0zocm3MkBtJebRnDohytjjIYkJ5HT_yOKLXHlYuDBC9-t_oh4HVV3qU0wqxcZRmua_Ra9VGoCc"
      "Q7FpDNEsC8McYeRVzIJB85GvqN41xgUfzCOrUczHAdN7viHn3Sk6c1nDWbGWRiwy4_2kUuZwEWjlMKtC9mCs1LknZk-9XLJGEBS4"
      "ag",
      "DENIED",
      "claims" },
    { "claims twice",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJy"
      "b2xlcyI6IFsiYXBwcm92ZXIiXSwic3ViIjoicm9vdCJ9.NJ-BRmqTZqrX-SyoURY9VxEx6O-Dnj3e1rPuQjjMHA093I6uUmh1aBA"
      "azLHs81cfrySA-gYOM4OIu2exrPRH5RgDTgO-Rag6uc1YCyPj-Z3MT6-GVTeAUQiuaKuf0ZsFVGUn1J7Vl79CCp7vGQsnSqb0V1j"
      "dgUHN6OjTjaKIn8TZYVFQ1XOcEMzBz7cmTkxe6kHCor9_LrUfd2nJJLUGPH_4eoNTyzEdIJjzFd5LmsmVdCNHDh6tQYRvgp7Edhj"
      "HBhHljkLUGHLpxWYJBjd79B442l7U8vxq41AHtFOYhzKI9LKaadntRuWizCZcozwrNwzs0BX03OamhLLNydebqw",
      "DENIED",
      "claims" },
    { "two parts",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJy"
      "b2xlcyI6IFsiYXBwcm92ZXIiXX0",
      "DENIED",
      "parts" },
    { "four parts",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJy"
      "b2xlcyI6IFsiYXBwcm92ZXIiXX0.yKBRf_wppU6lyLEuZnaZF3xjImyvhdgIiq5UNXkQtR-6ZP57hyXce7NdREATIlXNZze0XFOP"
      "U25GcL8pOAbLgaU3Zj3aWRXQEiz0xNoMSI8QQhJz5kEeNinI_sJ3YTxFOWikGHAi7oIOE4eS4PjWNeOOyNh7WXTpwSne95SoATD7"
      "2YRXWpAmjIqU2CwsQGzLX9FKGPNjtJmPCkJsu7poHuy12RgpmLmNPvfGLNukHDYSvr6rJuRfpfBvVcnQThZW3wWkUFqOLTCYZFCy"
      "9PVsNylCJ94I5AVAfpYlGViGAcKIEnFbWZ98iuolsn8fKST5isT5kAJdNeTzCIKbsVujbg.x",
      "DENIED",
      "parts" },
    { "five parts, as encrypted ones have",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJy"
      "b2xlcyI6IFsiYXBwcm92ZXIiXX0.yKBRf_wppU6lyLEuZnaZF3xjImyvhdgIiq5UNXkQtR-6ZP57hyXce7NdREATIlXNZze0XFOP"
      "U25GcL8pOAbLgaU3Zj3aWRXQEiz0xNoMSI8QQhJz5kEeNinI_sJ3YTxFOWikGHAi7oIOE4eS4PjWNeOOyNh7WXTpwSne95SoATD7"
      "2YRXWpAmjIqU2CwsQGzLX9FKGPNjtJmPCkJsu7poHuy12RgpmLmNPvfGLNukHDYSvr6rJuRfpfBvVcnQThZW3wWkUFqOLTCYZFCy"
      "9PVsNylCJ94I5AVAfpYlGViGAcKIEnFbWZ98iuolsn8fKST5isT5kAJdNeTzCIKbsVujbg.x.y",
      "DENIED",
      "parts" },
    { "empty parts",
      "jwks",
      "..",
      "DENIED",
      "header" },
    { "no parts",
      "jwks",
      "",
      "DENIED",
      "parts" },
    { "padding",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJy"
      "b2xlcyI6IFsiYXBwcm92ZXIiXX0.yKBRf_wppU6lyLEuZnaZF3xjImyvhdgIiq5UNXkQtR-6ZP57hyXce7NdREATIlXNZze0XFOP"
      "U25GcL8pOAbLgaU3Zj3aWRXQEiz0xNoMSI8QQhJz5kEeNinI_sJ3YTxFOWikGHAi7oIOE4eS4PjWNeOOyNh7WXTpwSne95SoATD7"
      "2YRXWpAmjIqU2CwsQGzLX9FKGPNjtJmPCkJsu7poHuy12RgpmLmNPvfGLNukHDYSvr6rJuRfpfBvVcnQThZW3wWkUFqOLTCYZFCy"
      "9PVsNylCJ94I5AVAfpYlGViGAcKIEnFbWZ98iuolsn8fKST5isT5kAJdNeTzCIKbsVujbg==",
      "DENIED",
      "readable signature" },
    { "the other alphabet",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJy"
      "b2xlcyI6IFsiYXBwcm92ZXIiXX0.+KBRf_wppU6lyLEuZnaZF3xjImyvhdgIiq5UNXkQtR-6ZP57hyXce7NdREATIlXNZze0XFOP"
      "U25GcL8pOAbLgaU3Zj3aWRXQEiz0xNoMSI8QQhJz5kEeNinI_sJ3YTxFOWikGHAi7oIOE4eS4PjWNeOOyNh7WXTpwSne95SoATD7"
      "2YRXWpAmjIqU2CwsQGzLX9FKGPNjtJmPCkJsu7poHuy12RgpmLmNPvfGLNukHDYSvr6rJuRfpfBvVcnQThZW3wWkUFqOLTCYZFCy"
      "9PVsNylCJ94I5AVAfpYlGViGAcKIEnFbWZ98iuolsn8fKST5isT5kAJdNeTzCIKbsVujbg",
      "DENIED",
      "readable signature" },
    { "a line break",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJy"
      "b2xlcyI6IFsiYXBwcm92ZXIiXX0.yKBRf_wppU6lyLEuZnaZ\nF3xjImyvhdgIiq5UNXkQtR-6ZP57hyXce7NdREATIlXNZze0XF"
      "OPU25GcL8pOAbLgaU3Zj3aWRXQEiz0xNoMSI8QQhJz5kEeNinI_sJ3YTxFOWikGHAi7oIOE4eS4PjWNeOOyNh7WXTpwSne95SoAT"
      "D72YRXWpAmjIqU2CwsQGzLX9FKGPNjtJmPCkJsu7poHuy12RgpmLmNPvfGLNukHDYSvr6rJuRfpfBvVcnQThZW3wWkUFqOLTCYZF"
      "Cy9PVsNylCJ94I5AVAfpYlGViGAcKIEnFbWZ98iuolsn8fKST5isT5kAJdNeTzCIKbsVujbg",
      "DENIED",
      "readable signature" },
    { "bits left over",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJy"
      "b2xlcyI6IFsiYXBwcm92ZXIiXX0.yKBRf_wppU6lyLEuZnaZF3xjImyvhdgIiq5UNXkQtR-6ZP57hyXce7NdREATIlXNZze0XFOP"
      "U25GcL8pOAbLgaU3Zj3aWRXQEiz0xNoMSI8QQhJz5kEeNinI_sJ3YTxFOWikGHAi7oIOE4eS4PjWNeOOyNh7WXTpwSne95SoATD7"
      "2YRXWpAmjIqU2CwsQGzLX9FKGPNjtJmPCkJsu7poHuy12RgpmLmNPvfGLNukHDYSvr6rJuRfpfBvVcnQThZW3wWkUFqOLTCYZFCy"
      "9PVsNylCJ94I5AVAfpYlGViGAcKIEnFbWZ98iuolsn8fKST5isT5kAJdNeTzCIKbsVujbB",
      "DENIED",
      "readable signature" },
    { "expired",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE3OTk5OTk5NzAsICJy"
      "b2xlcyI6IFsiYXBwcm92ZXIiXX0.YNoToDUKMlUG2UtfqU3Nm7w3hLT9IYTg8M02HKSWkfoTz68glCx1jc6eeqZHrA3IGntTdzAJ"
      "qq4BBuq6kjgSGVl0DgQQZkpvd8_8yjAhfBWhQ-Bf4Sv8cMSsz7XxWWBeFefMgsFrYUmWp0TA_8kAq1hE2JqRp-ElxZRczxNZX8y-"
      "4T10vVyt2hNkv7oIUBfWLgFVnIJsI0LBcvCN4BRYvV_AwkwDeU3VM5fTxBHXJgah8pgJTvta6tZ601cR_Oab1tG3LNA5wYtq8hVb"
      "V8JI5MMlU8KLZeTHaPkkrCvUMsoS06aFG-U5lXwklrfNIDZJMNOd8KmKyuXuXWoqoxppgg",
      "CONFLICT",
      "expired" },
    { "expired long ago",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDAsICJyb2xlcyI6IFsi"
      "YXBwcm92ZXIiXX0.Am-z1H60BZVL2OwdKk6Kg1bIJmw5JqQz1GxRqs6FBpR5Hy0adynfTPnAzCy17NKwRUOkhPxFLz8nbiuCVqod"
      "eF-NV5GScfF_XVb2Rqw_msqTTxJbpPerBtGlt6lhIzq62fmfph17D4iqNgc9gZmOYriZAszQSgb1BuWH8WF7AO4OVmYQvPUQrWvF"
      "XTsSoAXvfNBKSdhc2L0U7_H3sjPFLLgnDVJ34e6b6BL3OULjC9vlBpS2fQffoE9vAuch4Irev4R3ltk0vi5kp9tZbFgTmkyQMkCQ"
      "37ZYdPmWSZY83j27YA3FZqk-iUsMOHrpwKptd6vtSSZFLj6xYWqKsoUuKQ",
      "CONFLICT",
      "expired" },
    { "no exp",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgInJvbGVzIjogWyJhcHByb3ZlciJd"
      "fQ.Sn9ocdix0FbGfyuyD0dzbN5CyhhOGqqef8Fn2oYyi4TQWsi52NV3LOCVOhMBkpxAjlbcpuF6x4Tdc3RYw1ErXsCXTvaNu9v14"
      "3VPfiA39WHR2wGoIfro0osFHaSDzAr_mSGk1ZSs2fowD53ZAV1FbVjdSOE-hjyxTZBZoXoLRrzOnHFNOzI7-7FKvzAgYwZpyB_h5"
      "not7mu18BAmImrCa9JSTQNOM_ALt8xt5od-lOFeK6zYwTiX6qnG1Y7enLUxCvt9h4jkzFINPjWrZBBlUCdalraIQcTfyPOWnIO1G"
      "UdMmAl-nWxmfKbOdGcGVPuv0SfVHOcH8Jx1ZFowsOvC9w",
      "CONFLICT",
      "never expires" },
    { "exp is a text",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6ICIxODAwMDAwNjAwIiwg"
      "InJvbGVzIjogWyJhcHByb3ZlciJdfQ.dKG0AB35PKspAdhavwje5knJw5-CfUvPgKrnf7yKHu3hxzvBudBvzjPHNVDPGR1Kn0yCP"
      "eKzTd3TRlfQDXzqgf2-iL6VG_YE7QLWVW7J2SWQNDvp77VMrVlEaSmrHpQ825JlyNHbpvx3DXDqsRTbihRUFmO-4ed0Ek2nE-f30"
      "2RsIqwn__qPXyACDDuoEdpVCAk5lQm0PsrW80zwLP2T4Zd7RjiQaLJk4mhFIY7TfzYMfEx_flsHfeCxkVl0t1cfpQsq8vkNNCeEi"
      "th_LjasqIf5j475JtDF0NpkjhKuOxioYfe9PtxqRMA2qVIL9A-nDx3O7IWzGvqNHekw7gmkxA",
      "CONFLICT",
      "a time" },
    { "exp below zero",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IC0xLCAicm9sZXMiOiBb"
      "ImFwcHJvdmVyIl19.4Cdf9doF3SVuOBD1BgUP9euMVtVUkNmwL7cgxR87aLsBE7ygLIN7ZV7fIZaGM0gGWzuFlbS3ptVrkYwYWWu"
      "gZQJI_z2YI1aUa6SOdOqsy6HAmBziCKtxDCFvco0dNgWrUKVK2c9F1bymfAkSV8uRIKm8nuF3qu7Is9Ryavehfy9GcRYa00e8jNH"
      "TIfuPUKnmmzNUqwUetie3RaDSA_SinAX3NVTc9c9uETGfuXTCUZqS-PJeYCH2bxPwHsS4P-jeuxMTVkBENliCuar_oxZhbmsvgN0"
      "IxAg45jfyOmQ4v-6Mn1nUzNqNbAU_iymzwIXY80CkxvR5bxGYORMeldYgRQ",
      "CONFLICT",
      "a time" },
    { "exp without end",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDFlKzMwMCwgInJvbGVz"
      "IjogWyJhcHByb3ZlciJdfQ.tBcakcRvlpuqe--cXkNG-2Zo3a60Yhlr4I2n5QJfJJ1otJOsMQdOk0gahs1oYhLRqG5BSc7w9bWIV"
      "cFsp8ft9NwEdMO_J9YP4xpTqV9e3Azxc0WMJHkKLGNY0xixvxpcAWCMRtUU_L8UVosUMTlcQO789mFlXP3-wsC-a3_cNofdoQr6u"
      "M4wLzVlM2PPlL_ZMYQig8uQegh_824P_FdR3mE5Kus6CQoht58GSm3j6WoBpJ9TSZ4ydUlZnXO9PPpbcFm2rmMYhRYXICLjOY_DE"
      "FIVT90TD7Vp9ifVQ1crOzGy-zZvpQXvaUBkJ_3UzZSP8SulGsGup_j35pnCLYS8aA",
      "CONFLICT",
      "a time" },
    { "exp is null",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IG51bGwsICJyb2xlcyI6"
      "IFsiYXBwcm92ZXIiXX0.oBlatiTUFGi-48RVw8-T4Z5ZcBaf05UoMp57Vx85XuCnGGsZbKUnMM8bhd7S5r9jQdHXj08NqhYgSzSX"
      "a9B_dO0hjzm1mIyIVt4_2H4-_LJQSDlU99P8YAKRt_YQbx2Q6cCdcLMxJXbleoBELI2pfj1CU3-p1-rj2nhxGs9pus2ul-j-BeQt"
      "wt7HXUmMpByt8FUt0tMBvRyldsQS6X0FxatO9toSq-t9v4rj0eWgGmgcfiakPYE6bwR6hncJRDJybTsKvKu-NNMrYMoSEwSi_W45"
      "A7jLpeQve3s1s3l_RaayLmw_t_nbBztt9mI1HfsJsFqaYVzKsj0WpAGtQr3Arw",
      "CONFLICT",
      "a time" },
    { "not yet",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJy"
      "b2xlcyI6IFsiYXBwcm92ZXIiXSwgIm5iZiI6IDE4MDAwMDAwMzF9.Kk-JQm3RrmcT3g3RTOf6iDd6TRFjQApm7fcZt0F6PU8TlT1"
      "G9j2BR_W9r77NmBtQtBytDLeSESU_0KTjhQrUm41PcUlL5PcFJF_0XIXLoVZxyHEKqPCMviQPwlzxV8vzP5o6VN27rOLfg3Oov3C"
      "WBtXUA16LfeXxZWaSR6NKfnR0wTMZI8qqsm2K6bMV4ybyF7ydRbZUmgKkrFYfsxrJsL3GbCrNdWBYL9YwEuQnvxTL_CP9H59bOjt"
      "cmVbBaLieyRbrZxtMLGdzQRKShP_RP98kzyVprjHtT4PhCHagybNMYar_KqmPyHOAck-qMDlg1AqTu4NZrhT7Qi5PXe11MA",
      "CONFLICT",
      "nbf" },
    { "nbf is a list",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJy"
      "b2xlcyI6IFsiYXBwcm92ZXIiXSwgIm5iZiI6IFsxXX0.bUkMq8xIZpcIBLGhOCEfzZsiD47Y4TeoZ9n6vUnQ3CmzENrBgTNlKFjx"
      "FhfwNs9oWodDmG3V4_RDtlSRpPfvNav2C07ShFF3W1J5RzBA_ltyvRL0_9Jj7_gHDAOcGSrJB2EncPHAVEGN78aAajf0Ta269DOE"
      "O15L02sbey-tNbeHIUvq7L_AfcUp8xefecb9iuEgbcaBoN8gNFZo8sWxf1NposWpvfHE_LYVmXKosmA5Puh2rtwcTVOL395T-S1u"
      "xH1NFaWCNUKzN_yjIWRLxtz7hUpvpBml7WB1tVA1xh8PZYXznNKjl7YxLhxOYseDbIN8AZh-Zi9lMFuIQq1SmQ",
      "CONFLICT",
      "a time" },
    { "of the future",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmEiLCAiaWF0IjogMTgwMDAwMDAzMSwgImV4cCI6IDE4MDAwMDA2MDAsICJy"
      "b2xlcyI6IFsiYXBwcm92ZXIiXX0.BXM3zIue3J3WyWq2yWvfHAWmGDByPw1eC7lS5f2ljhMLXKaFWSjca5XNPtbe0_MeYFMYxGLu"
      "zytuCFLZZYMakfotj5CbM4LIWPre8nHjwkk7-inYRRQVvMKxINYQSNDGi00VKivpKOqOrlYjP-hPUUtFUMhlsCMgEex_YPDZRuC-"
      "E11uQ1HRDdbvrhBqJ1J68hx-K7mdKnVsvpExZtEr7X68V5Xfx4N25B8WCTDM6xmI1R2dibk8lL7mqgkUFrHsJAQKj1Gtd3go2bCL"
      "EyHzajonLpRLhZIhNUIuIFdqsvzb1EfN4EWXX-8P3HxxUyAGTvJUxqh9fMRMxTBR9vXvCA",
      "CONFLICT",
      "iat" },
    { "another issuer",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bSIsICJhdWQiOiAid2VpciIsICJzdWIiOiAiYW5uYSIsICJpYXQiOiAxNzk5OTk5OTQwLCAiZXhwIjogMTgwMDAwMDYwMCwgInJv"
      "bGVzIjogWyJhcHByb3ZlciJdfQ.gGCvJrvqgqSuN0Is91KBKbZVz6pmS7X1aOOFqhesoH4Pb_22w5VfJYz19ADuzLDYyjlBjyocv"
      "Ipszyy9Q3RjMsACE9ZqgRnzp_iUYquRmXb6NnftqRZr5LUwhvkh08Rl-XylXNjvQUO4WYAvdQTPqLzRL6WR3CziAub8wBpPEusIQ"
      "GXRO56C_nhJugZtsCf2Onk2YE6pGVxW-ongVk5bEyOD5kbUYusMnwClEXzVyI1eOMmP0uqieU_OrOE9rZtuo99CDgvR_iURJavo7"
      "cuU5NkF4WahRoyL3X957HN8MZSQDUixL85boTD_V1tSN8jpUsUNEfpVWbVTHVyV1ui_BA",
      "CONFLICT",
      "issuer" },
    { "no issuer",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJhdWQiOiAid2VpciIsICJzdWIiOiAiYW5uYSIsICJp"
      "YXQiOiAxNzk5OTk5OTQwLCAiZXhwIjogMTgwMDAwMDYwMCwgInJvbGVzIjogWyJhcHByb3ZlciJdfQ.5wjhq62Ra8aFyvUO-b2BN"
      "KsHWuwp8Xmn-4hYCDk3er5yIxGRYuMZt1MVXmbUgoSWITK-Cr4e1C7w3F65FCheCwB754yNwPMmnBvZc07KYzYWd8fiiSGB_e6vH"
      "gn-jLVTUj6FpvTnmUpwEzN_AJ4K91dupVnic5uGlPmr_Nh_clgdFdTAOW2Vcgwjil-CLrR_aXHpG5vfcKMu2PgUCHYyNBQtsilOa"
      "wy-oCOtu6ymGXUzRqgnivyvI26HgBwAYtaFI-FpOvlz-tk_afty41mZK6vGZqEIcTAbtLxYi9kynoa_TVeeUZ4n4jMGkx5j09Ccb"
      "O8pWQsjuhzNmXFG488MYg",
      "CONFLICT",
      "issuer" },
    { "an issuer in a list",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiBbImh0dHBzOi8vbG9naW4uZXhhbXBsZS5j"
      "b20vIl0sICJhdWQiOiAid2VpciIsICJzdWIiOiAiYW5uYSIsICJpYXQiOiAxNzk5OTk5OTQwLCAiZXhwIjogMTgwMDAwMDYwMCwg"
      "InJvbGVzIjogWyJhcHByb3ZlciJdfQ.HH5TNPlBYfghgDil163WEJQaucxPXlb7csAqyvnCbWf6U3zj04YXWY7NvEtG1MG39M2Pl"
      "Paq7K244KE6jCJB3kUlH2aQdL08MQORQ_fZhyZbkv2JMHSPpUdjRY4Zj7wMZW7aqo_HRINkchz9gqeFVLMm1Y4QOVXM6gpmG4cwe"
      "yoV7HnACIK3M2xrmrJ40z7g_w0rDHLqeA34Qd76_GETg4awc6HJvL9UW1WhyEZufy7taH6nAbJdmbLZyo02a9djcFkPDg5FkLTVt"
      "PRoXi995wOtSgiIqsLYVpWQxvCCM0kiWMpTV1oZi9E2LWuXkg0Nw-jWL5nvItihezPJpaUfGQ",
      "CONFLICT",
      "issuer" },
    { "another audience",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXJkIiwgInN1YiI6ICJhbm5hIiwgImlhdCI6IDE3OTk5OTk5NDAsICJleHAiOiAxODAwMDAwNjAwLCAi"
      "cm9sZXMiOiBbImFwcHJvdmVyIl19.zhDh61VE1QbuLzG7bMh5Dm22ccw34w_Tec8H46XKbycvoT0mXjzLwlb_v7T5HFj8v5JelRP"
      "KwMk64STsW9_TTw4wSGnNQaJ5hnmIoR1qOMhPhgWbGRYIgRze9wzh0fMiCufxgwTfPDmZlGAw71y395SxYB3zBLemtpvqHKHnohC"
      "pl8z4Xf5pR8Yp4RPLa2ue0T-vM52y05bDBpT2kgUJoyfxGoV6ev7OdjbTTDrV5sJ3jghtpXwbBY9nq1Ye0CenWhjIVzNjnAaHNtG"
      "1vYE_JtHJYT9HmaS6y0L4h5Ez_2daI15P8eeUl2ZzgQ7OuMBxrBt8d63UYW3ya1OG3qvfdg",
      "CONFLICT",
      "audience" },
    { "no audience",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAic3ViIjogImFubmEiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb2xlcyI6IFsiYXBwcm92"
      "ZXIiXX0.sMkDHyjnKs5-4jLa7RnzKOxq1rYJzYJmi2HOcqzmWWrUXm8WCLhkj0Y_vOyOyvx3MoKGISvPdmeNyg6yXevi3uVJoxaD"
      "9bHxXVGO6JMZJwxGxBAggzps1sji2-2hTSQyCCH_SH95AYN0CDIFT4Sf4Ma0CG5igJgQGIeJ9zclz1dqGaQKLweCsB0dhltCVAUW"
      "G2YO1Kx5Bcm0npOZpBTxreIvcEnazKkOSp91eqar4-gSYe_N6mIP-x1Q_5pzFXvG2TSrzPHvEwZnuxyNx4lYgSdyWL8sHffv7klU"
      "pK-ARh_lR1ogjB4nIi8PZbVj11QgWWEE_5HLtvXX__c-dwXjpw",
      "CONFLICT",
      "audience" },
    { "an empty list of audiences",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogW10sICJzdWIiOiAiYW5uYSIsICJpYXQiOiAxNzk5OTk5OTQwLCAiZXhwIjogMTgwMDAwMDYwMCwgInJvbGVz"
      "IjogWyJhcHByb3ZlciJdfQ.DXU_YuUAhz7nzF4-TvdYvNUP7MJpF_0RuRX2ADdt89h1Sg-CA-cQIm9ILMD_s9_E95w0wC6Tgy5oP"
      "tp2XvPZE-mJVijXg1GI1VedNc-m_PZm50EW2Umuo_9m9EhQlOIrJAZZlFygyS2Bl4k_Oc0IVVi-7vSeAnpewLwpOyQsdmo67UlBE"
      "YmQVo8UXBo4wun4qdkkuiY0ZAOfmtD105J0XitT3UjxeHC6PB3gOp8JcoBY3-kcuZrkB2_GEZeiwzgL66PUTIOIhEp0I3qZeuPdY"
      "Uco9BQMj_mhyP-6V0k5tyxa7-dLpLc4Tw6n2WObZHz7UPXIj3cqdGBIc75cwGamgA",
      "CONFLICT",
      "audience" },
    { "audiences that are no texts",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogWzcsIG51bGwsIFsid2VpciJdXSwgInN1YiI6ICJhbm5hIiwgImlhdCI6IDE3OTk5OTk5NDAsICJleHAiOiAx"
      "ODAwMDAwNjAwLCAicm9sZXMiOiBbImFwcHJvdmVyIl19.OU--GjHHHtrte5jaNODGE4L9EnFzDAoyNv2rBEuIxNKvl76nP9Qc_rx"
      "scQBg4bY9MKE5UO0Cqc4x5uvX1qfZ6oVIMWwg4V1UlfAwQWCvrk7fOvgS9SAgsR_90reujUJOiO_BVxUs9KIzEQAbJ7Q68f9toWq"
      "TWRfVmej-xwQaDl8A-V6tpAeCx-DTPNRSWBqw0q855TbY9xVOgGaRQgpcQFJYpm9_6SRTStbVVvcqjB-EtT_wNMzV6Zk6wkqJAq7"
      "Mtyje9QEracF7L96XnwMrI6Gj3c7I5kEvZ2K2G3PGYTDYPaqQoE718GmFGRv_T6pRAoXSu5rwE30S3sMoXb5AOA",
      "CONFLICT",
      "audience" },
    { "no subject",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2MDAsICJyb2xlcyI6IFsiYXBwcm92"
      "ZXIiXX0.DLyB6OuETVhrdd9q_meSaBQwyC2AULs6cbDlJ0ZRD6EjIKgLLR6SuErHFF0XxLp1vBHY3co0V3sSFrLSylaAyHYR3dkH"
      "NA2d_Psc9dv7wMDoCyJC35W2KyLt4fIqUX9LwmxkXLaZ5nG1IIvvfzj1QZpIxDQhif01a-CAz45FAmLuLre2lRwnnHtlHD6K0Qko"
      "aqlFOm8nXfHud3WZjgGLeVp5dwwbop6mdfBnadRXprZvU1Il0HCsWW3sHs-vAHasiYcJofRVP8eJ-BdeQK6SMnl08fokQ8ZeEINI"
      "PSXk1Zeyq5AkXmq9aBo2fbijXbPN1m28O_r1a4oqr1hB8H0GbQ",
      "CONFLICT",
      "nobody" },
    { "an empty subject",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogIiIsICJpYXQiOiAxNzk5OTk5OTQwLCAiZXhwIjogMTgwMDAwMDYwMCwgInJvbGVz"
      "IjogWyJhcHByb3ZlciJdfQ.e87wKaxfB9oyNUPl2UnuHeHH0tnBmOIS751lO7rZb3OVxx6T4EdVjRGXn0mpvSfL1WPVNSKa-vFzw"
      "juPnRpfzh59Tby2bQvLNlhIBZAbEGxL2Soknr-F5O4Ar7yYVUuKKRYPYSfGUBihIUDMMBbLnZvEW08DD9uOxgXaedPZ8PnsYQpdg"
      "rBK6Ns95g1x4zCXhgrmwSd7atLY43gqRo1e0nHIV8B0WEWykgxx9-y33zMUKcaz5s11mKhY5XcqUyouCVOkymAr9jyyQ-yMqiIbF"
      "-fvHmOH48Y4C5O6IQWDKU_8VN3ixS_OpbBayi7RiOTeU2jDMTXF1dz6H8ZUKgeRgA",
      "CONFLICT",
      "nobody" },
    { "a subject that is a number",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogNywgImlhdCI6IDE3OTk5OTk5NDAsICJleHAiOiAxODAwMDAwNjAwLCAicm9sZXMi"
      "OiBbImFwcHJvdmVyIl19.qeO2c2OqrQFsDis4NusIKDnUJmkE_pcqgI7IhiioeJr64uZ3Lbevot-VVGRWhJ_a4zXXVviOWZEc7ir"
      "jaZUQT3ALLsJC_wOTDfli9pUMIj7ekPVTJXV4rjDkPHy6LGD25ImMTCEE49i7qzLd0T5XFG_i_GhwgwVUoRpUbGfN1BEjcbDqMQN"
      "uo6-AHKxpQN0mQmnYX4ZSeX59qv2Cem8A3Jq1Zknwx6YYAAv_qoBRHL61l7oUhj5nZTLAQ1e_IA29qOsZ9By1VkNwzIXTsl4Qha8"
      "iZLxb72Ai11ngqBPH54JFAVkgDPLRZbb3pG12z_x-WQ0pB3T2gF5XnUvjCl1DNQ",
      "CONFLICT",
      "nobody" },
    { "a subject with a line break",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmFcbnJvb3QiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2"
      "MDAsICJyb2xlcyI6IFsiYXBwcm92ZXIiXX0.I0fCKog5_4_uNUzx_YKvKiX-2Ao2t6YZYIW4G8nB-jN4IToeTWjU1wydmggblQ0K"
      "2cf7Y1FkBP-PsIn0xnJ4qnULRUd-JcSkSRjYrqQMzro95WXfUMfbMurYV_qyjDdyjCVCTKVbwY5RQfZM3rskWSVl8dK3TJ1aiM0L"
      "YgfpgmCLUyz1UwMBXfll0OiUOoY5Ffj8kSYwDnCg001-ALauAou9bQ2FsaMhv3lntpaH5VijdNlR8ENhKJOGv8TYkOtKrp8fR9yx"
      "seYfPOSv20jETQKnKfGSglkFzqLUO4YBCwtuBcPAIToxYdnUJBwRilbPWw-YhCep-Wa8EqLDOpAWCg",
      "CONFLICT",
      "nobody" },
    { "a subject with a NUL",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFubmFcdTAwMDAiLCAiaWF0IjogMTc5OTk5OTk0MCwgImV4cCI6IDE4MDAwMDA2"
      "MDAsICJyb2xlcyI6IFsiYXBwcm92ZXIiXX0.WNemmLf3QdZTxWGmIBq2kwPldMQsZSi8myCL7GIXbSXR5PpFvzRXqHam-i-xjxcN"
      "8pKszSydbQZGgkjP1Elpat5MqXZPGYHjjOH-Vis6un0TVoCLIV6gfSFBUopiefJ677B6g5zd8-Yklz3JFRRzcMasj1rIv8CHPRPM"
      "SHZB7vc3WtbCuyvntFuUIcolbCuy821MSsttAce2f3EMyVOcfZWM4y4ScXSbatpoBg8Tg7veVfH4p3ZHTlPcCoejrx0zj3zPpnJL"
      "wFXuRtlbG8kisx1zWEE5_TIQrfks_3PQx5cYb2WeopKipmgGUarOHTlSwDaI_w1uV_0xFtxm7RF86A",
      "CONFLICT",
      "nobody" },
    { "a subject without end",
      "jwks",
      "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzYS0xIiwidHlwIjoiSldUIn0.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNv"
      "bS8iLCAiYXVkIjogIndlaXIiLCAic3ViIjogImFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh"
      "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh"
      "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhIiwgImlh"
      "dCI6IDE3OTk5OTk5NDAsICJleHAiOiAxODAwMDAwNjAwLCAicm9sZXMiOiBbImFwcHJvdmVyIl19.5or4FgtO9f_6V-ad94oOoVg"
      "USCuSnioiRoqkdSiy13X0JYLkf7xRk2Qr3oPbuVKEh-IrMgtOw2jlW3h3cf808Ly7uFydcWvPCnUWgyz3VVh_5QALX8InVNFYpgR"
      "psEyU2VpUcfJj-2ej-3-dmL3yrhc7jl6L90zTh_RXQRw1Ssc9AUq7lHhqCAvdcneM7SlMW2A17ajphyMl1chy6_Z7eCsB2Vn91Br"
      "ga2RlSExX_zV1bEBVG7mnpjCbifg-1XjuLGu6HR0YLpTAl4fH1guUQX6bWUvKv48LDTZCWH_YPoI3RkTP319IKk_Y1eZHFGQqtv2"
      "ylQ9LGa1CL5BRfAJPUA",
      "CONFLICT",
      "nobody" },
};

#endif
