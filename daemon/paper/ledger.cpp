#include "daemon/paper/ledger.hpp"
