/** As the server's rule for new passwords (app/identity/passwords.py). */
export const MIN_PASSWORD = 8;
