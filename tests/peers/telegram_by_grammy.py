#!/usr/bin/env python3
"""The fake Bot API is checked by grammY, a client that is not ours.
Usage: telegram_by_grammy.py FAKE_PROVIDER FOLDER_TO_INSTALL_INTO"""
import npm

npm.check_fake("telegram")
