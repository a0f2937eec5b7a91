"""The words of which names are made: what a secret is called, and what is called like one."""

from __future__ import annotations

SECRETS = frozenset(
    "password passwd passphrase passcode passkey pwd psw pswd pw secret credential cred token "
    "bearer jwt apikey otp totp mnemonic".split()
)
"""A name that holds one is a secret's, unless it ends by saying something else of it."""

HEADS = frozenset(
    "pass auth oauth authentication authorization pat sas cookie webhook hmac csrf xsrf".split()
)
"""A secret only at the end of a name: `db_pass`, not `pass_rate`; `auth`, not `auth_mode`."""

CARRIERS = frozenset("value string str signature header json base64 b64 key".split())
"""After one of HEADS it is a secret still: `auth_header`."""

LINKS = frozenset({"url", "uri", "link", "endpoint", "address", "query"})
"""They hold the secret itself of a webhook, and of a shared access signature (`sas`)."""

KEY_OWNERS = frozenset(
    "api private access auth account sign signing signature encryption encrypt encrypted "
    "decryption ssh master storage shared hmac client secret service subscription admin function "
    "app application consumer deploy deployment cipher crypto aes rsa dsa ecdsa pgp gpg pem tls "
    "ssl server root license licence fernet jwt session symmetric vault unseal write ingest "
    "ingestion instrumentation webhook bot integration sas security recovery wallet vapid push "
    "developer personal".split()
)
"""Before `key`: whose it is, or what it is for. Keys of tables have other words before them."""

VENDORS = frozenset(
    "openai anthropic claude azure aws gcp google stripe sendgrid mailgun twilio datadog github "
    "gitlab huggingface hf wandb cohere mistral groq gemini pinecone weaviate qdrant supabase "
    "firebase slack discord telegram cosmos cosmosdb maps newrelic sentry algolia elastic "
    "elasticsearch airtable notion linear jira confluence atlassian bitbucket cloudflare "
    "digitalocean heroku netlify vercel mapbox openweather openweathermap serp serpapi tavily "
    "langsmith langchain langfuse redis snowflake databricks hubspot shopify zendesk intercom "
    "mixpanel amplitude posthog paypal binance coinbase kraken alpaca polygon alphavantage quandl "
    "finnhub tiingo kaggle zyte deepl elevenlabs replicate perplexity openrouter gpt llm".split()
)
"""Before `key`, too."""

OWNERS = frozenset(
    "db database user usr my sql mysql pg postgres mongo ldap smtp ftp sftp mail email imap samba "
    "smb proxy http basic bearer refresh id csrf xsrf gh connection conn key store trust keystore "
    "truststore".split()
)
"""Before a secret's word, in names that are written in one word: `dbpass`, `refreshtoken`."""

OTHER = frozenset(
    "path file filename dir directory folder name length len size count counts limit max min num "
    "number ratio rate threshold type types mode method scheme kind provider strategy policy "
    "pattern regex column columns col cols field fields format index ttl lifetime expiry expires "
    "expiration timeout retries interval enabled required url uri endpoint host port user username "
    "version class dim embedding embeddings loss weight weights level budget cost price usage "
    "window age env var variable dataset table model tokenizer filter percentage fraction "
    "probability prob distribution frequency freq vocab vocabulary generator validator manager "
    "store backend region arn ref reference rotation days seconds hours minutes ms mask separator "
    "sep delimiter position positions overlap stride algorithm alg issuer audience scope scopes "
    "ids lib library realm domain claim claims role roles group classification classifier "
    "pooling".split()
)
"""At the end of a name, it is what the name stands for: `token_pattern`, `password_length`."""

VOCABULARY = frozenset(
    "pad padding eos bos unk unknown mask cls sep special stop oov vocab image audio video".split()
)
"""Right before `token`, it is a piece of text."""

QUANTITIES = frozenset("n num max min total avg mean per".split())
"""Beside `tokens`, it is how many of them."""

PASSAGES = frozenset(
    "high low band all first second third single double multi one two forward backward n num max "
    "min by full half last next final each per initial boarding must short long key".split()
)
"""Before `pass`, it is a filter, a round or a throw."""

PATTERNS = frozenset("file filename name path col column glob date regex n num str".split())
"""Before `pat`, it is a pattern."""

STAGES = frozenset(
    "prod production dev development test staging stage uat qa live local old new current primary "
    "secondary backup default".split()
)
"""At the end of a name they say where it holds, and nothing of what it is."""

DIGESTS = frozenset("hash digest checksum sha md md5 etag fingerprint integrity".split())
"""A name with one of them holds random letters that are no key."""
