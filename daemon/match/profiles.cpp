#include "daemon/match/profiles.hpp"
