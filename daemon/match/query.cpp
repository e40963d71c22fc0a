#include "daemon/match/query.hpp"
