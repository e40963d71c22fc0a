#!/usr/bin/env python3
"""The fake Slack is checked by @slack/web-api and @slack/socket-mode, clients that are not ours.
Usage: slack_by_web_api.py FAKE_PROVIDER FOLDER_TO_INSTALL_INTO"""
import npm

npm.check_fake("slack")
