"""Names of secrets, and names that only look like them."""

from __future__ import annotations

import pytest

from shipway.secrecy import looks_secret

SECRET = """
    password dbPassword DB_PASSWORD PASSWORD passwords password1 passwd pwd passphrase passcode
    secret client_secret aws_secret_access_key token authToken HF_TOKEN access-token refreshtoken
    api_key apiKey APIKey APIkey ApiKey APIKEY api_keys private_key access_key AccountKey sshKey
    credential gcp_credentials bearer cred creds dbCreds db.creds
    pass db_pass dbPass dbpass DB_PASS userpass smtp_pass pass_prod PGPASS
    auth basic_auth httpAuth auth_header auth_string AUTH oauth authentication authorization
    Authorization proxy-authorization cookie cookies session_cookie Cookie jwt JWT user_jwt jwts
    pat github_pat GH_PAT PAT pats sas blob_sas sas_url SAS_URI sasToken sas_signature
    tokens accessTokens access_tokens source_tokens slack_tokens
    master_key masterKey masterkey storage_key shared_key SharedAccessKey sharedKey hmac_key hmac
    client_key clientKey clientkey subscription_key function_key app_key appKey application_key
    consumer_key fernet_key encryption_key signing_key session_key root_key license_key aes_key
    openai_key OPENAI_KEY azureKey datadog_app_key wandb_key stripe_key hf_key write_key bot_key
    connection_string connectionString ConnectionString connectionstring conn_str connStr
    slack_webhook webhook webhooks webhook_url slackWebhook teams_webhook_url SLACK_WEBHOOK_URL
    sharedAccessSignature SharedAccessSignature x-api-key jwtSecret azure_storage_account_key
    csrf xsrf_token otp totp_secret mnemonic seed_phrase recovery_phrase token_prod secret_id
""".split()
PLAIN = """
    max_tokens maxTokens n_tokens num_tokens min_tokens tokenizer tokenize tokenized token_pattern
    pad_token eos_token bos_token unk_token mask_token cls_token sep_token special_tokens
    max_new_tokens tokens_per_batch token_ids jwt_lib sas_data
    stop_tokens pad_token_id token_count token_length token_type token_limit tokenizer_name
    n_keys key keys primary_key foreign_key join_keys sort_key sort_keys partition_key group_key
    product_key s3_key row_key cache_key key_length monkey keyboard turkey hotkey keywords keyword
    pass_threshold n_passes pass_rate pass_type high_pass_filter high_pass low_pass band_pass
    first_pass multi_pass passenger passengers compass bypass trespass passing passed
    author authors authority auth_mode auth_type auth_url auth_timeout auth_provider
    patience patient pattern patterns path paths patch patent_ids file_pat pat_count
    sas_dataset sas_file sas_path saskatchewan cookie_name cookie_domain cookie_path jwt_algorithm
    jwt_issuer jwt_audience password_length password_column secret_name secret_path token_url
    token_file api_key_env_var api_key_name private_key_path webhook_timeout credentials_file
    connection connections connectivity string database_url host user username url
    secretary apis api private access learning_rate hook hooks incident session client master
    storage credit accredited basic basis compression bearing tokyo passau
""".split()


@pytest.mark.parametrize("name", SECRET)
def test_a_name_with_a_secret_word_looks_secret(name: str) -> None:
    assert looks_secret(name)
    assert looks_secret(name, "hunter2")


@pytest.mark.parametrize("name", PLAIN)
def test_a_name_that_is_like_one_does_not(name: str) -> None:
    assert not looks_secret(name)
    assert not looks_secret(name, "hunter2")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pass", 3),
        ("pass", 0.5),
        ("DB_PASS", "3"),
        ("tokens", 4096),
        ("TOKENS", "4096"),
        ("pat", 12),
        ("use_auth", True),
        ("verify_token", False),
        ("USE_AUTH", "true"),
        ("GOOGLE_APPLICATION_CREDENTIALS", "/var/secrets/google/key.json"),
        ("credentials", "conf/local/key.json"),
        ("DB_PASSWORD", "/run/secrets/db"),
    ],
)
def test_a_count_a_switch_and_a_path_are_no_secrets(name: str, value: object) -> None:
    assert looks_secret(name)
    assert not looks_secret(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("password", 3),
        ("password", "3"),
        ("password", ""),
        ("password", None),
        ("token", 12345),
        ("db_pass", 12345),
        ("DB_PASS", "12345"),
        ("password", "/bPxRfiCYEXAMPLEKEY"),
        ("password", "a/b"),
        ("tokens", ["a", "b"]),
        ("auth", "basic"),
    ],
)
def test_any_other_value_of_such_a_name_is_one(name: str, value: object) -> None:
    assert looks_secret(name, value)
